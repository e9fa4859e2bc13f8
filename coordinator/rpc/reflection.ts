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
 * Creates server reflection for this project's services and the health service. The descriptors of
 * proto-loader lack imports and name map entries wrongly
 * (https://github.com/grpc/grpc-node/issues/2595). Strict clients like buf and grpcurl refuse to
 * link them, so both are corrected here.
 */
export function createReflection(): ReflectionService {
  // Fields keep their names from the proto files, which JSON and text formats accept.
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
  // ReflectionService reads only the files of a definition's entries.
  return new ReflectionService({ files: { fileDescriptorProtos } } as unknown as PackageDefinition);
}

/** The files of a definition, one for each package. */
function readFiles(definition: PackageDefinition): IFileDescriptorProto[] {
  for (const { fileDescriptorProtos: files } of Object.values(definition)) {
    // A service has no files; each message and enumeration has the files of the whole definition.
    if (!Array.isArray(files)) continue;
    return files.map((bytes) => FileDescriptorProto.toObject(FileDescriptorProto.decode(bytes)));
  }
  return [];
}

function imports(file: IFileDescriptorProto, other: IFileDescriptorProto): boolean {
  if (other === file) return false;
  const fields = (file.messageType ?? []).flatMap(fieldsOf);
  // Types of other packages are written in full, with or without a leading dot.
  return fields.some(({ typeName = "" }) => `.${typeName}`.includes(`.${other.package}.`));
}

function fieldsOf({ field = [], nestedType = [] }: IDescriptorProto): IFieldDescriptorProto[] {
  return [...field, ...nestedType.flatMap(fieldsOf)];
}

/** Names map entries as protoc does: the entry of `map<…> facts` becomes `FactsEntry`. */
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
