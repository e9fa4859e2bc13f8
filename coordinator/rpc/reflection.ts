import { join } from "node:path";

import { loadSync, type PackageDefinition } from "@grpc/proto-loader";
import { ReflectionService } from "@grpc/reflection";
import { protoPath as healthProto } from "grpc-health-check";
import descriptors, {
  type IDescriptorProto,
  type IFieldDescriptorProto,
  type IFileDescriptorProto,
} from "protobufjs/ext/descriptor/index.js";

import { PROTO_FILES } from "../../shared/wire/contract.ts";
import { packageRoot } from "../../shared/wire/packageRoot.ts";

const { FileDescriptorProto } = descriptors;

/**
 * Server reflection of our services and of health. proto-loader's descriptors leave out imports
 * and name map entries like nobody else (https://github.com/grpc/grpc-node/issues/2595); strict
 * clients such as buf and grpcurl refuse to link them, so both are put right here.
 */
export function createReflection(): ReflectionService {
  // Fields keep their names in the proto files, which JSON and text formats accept.
  const options = { keepCase: true, includeDirs: [join(packageRoot(), "proto")] };
  const files = [loadSync([...PROTO_FILES], options), loadSync(healthProto)].flatMap(readFiles);
  const complete = files.map((file) => ({
    ...file,
    dependency: files.filter((other) => imports(file, other)).map(({ name }) => name),
    messageType: (file.messageType ?? []).map(nameMapEntries),
  }));
  const fileDescriptorProtos = complete.map((file) =>
    Buffer.from(FileDescriptorProto.encode(FileDescriptorProto.fromObject(file)).finish()),
  );
  // It asks a definition's entries for their files and for nothing else.
  return new ReflectionService({ files: { fileDescriptorProtos } } as unknown as PackageDefinition);
}

/** The files of a definition: one for each package. */
function readFiles(definition: PackageDefinition): IFileDescriptorProto[] {
  for (const { fileDescriptorProtos: files } of Object.values(definition)) {
    // A service has no files; every message and enumeration has those of the whole definition.
    if (!Array.isArray(files)) continue;
    return files.map((bytes) => FileDescriptorProto.toObject(FileDescriptorProto.decode(bytes)));
  }
  return [];
}

function imports(file: IFileDescriptorProto, other: IFileDescriptorProto): boolean {
  if (other === file) return false;
  const fields = (file.messageType ?? []).flatMap(fieldsOf);
  // Types of other packages are written in full, with a leading dot or without.
  return fields.some(({ typeName = "" }) => `.${typeName}`.includes(`.${other.package}.`));
}

function fieldsOf({ field = [], nestedType = [] }: IDescriptorProto): IFieldDescriptorProto[] {
  return [...field, ...nestedType.flatMap(fieldsOf)];
}

/** The entry of `map<…> facts` is called `FactsEntry`. */
function nameMapEntries(message: IDescriptorProto): IDescriptorProto {
  const { field = [], nestedType = [] } = message;
  const entries = new Set(
    nestedType.filter(({ options }) => options?.mapEntry).map(({ name }) => name),
  );
  const named = (name: string | undefined) => (entries.has(name) ? `${name}Entry` : name) ?? "";
  return {
    ...message,
    field: field.map((one) => (one.typeName ? { ...one, typeName: named(one.typeName) } : one)),
    nestedType: nestedType.map((one) => ({ ...nameMapEntries(one), name: named(one.name) })),
  };
}
