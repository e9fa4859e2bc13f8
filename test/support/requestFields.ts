import protobuf from "protobufjs";

import { contractName, needsBound } from "../../coordinator/rpc/messageShapes.ts";
import { contract } from "../../shared/wire/contract.ts";
import { requestTypeOf } from "../../shared/wire/messageTypes.ts";
import { FleetService, SimulationService } from "../../shared/wire/protocol.ts";

/** A field that can hold ever more, and how to get to it. */
export interface RequestField {
  /** The full name, such as `lyapunov.v1.Run.display_name`. */
  readonly name: string;
  readonly field: protobuf.FieldBase;
  /** A method whose request holds the field. */
  readonly method: string;
  /** The fields from the request to this one. */
  readonly way: readonly protobuf.FieldBase[];
}

/** Paths of all methods of both services. */
const METHODS = [SimulationService, FleetService].flatMap(({ service }) =>
  Object.values(service).map(({ path }) => path),
);

/** Every text, list, map and bounded message that any request can hold, once each. */
export function requestFields(): RequestField[] {
  const found = new Map<string, RequestField>();
  const seen = new Set<protobuf.Type>();
  let open = METHODS.map((method) => ({
    method,
    type: requestTypeOf(method) ?? contract().lookupType(method),
    way: [] as readonly protobuf.FieldBase[],
  }));
  // In breadth, so that each field is come to by a shortest way.
  while (open.length > 0) {
    const next: typeof open = [];
    for (const { method, type, way } of open) {
      if (seen.has(type)) continue;
      seen.add(type);
      for (const field of type.fieldsArray as protobuf.FieldBase[]) {
        field.resolve();
        const name = contractName(field);
        const there = [...way, field];
        if (needsBound(field)) found.set(name, { name, field, method, way: there });
        const { resolvedType } = field;
        if (resolvedType instanceof protobuf.Type)
          next.push({ method, type: resolvedType, way: there });
      }
    }
    open = next;
  }
  return [...found.values()];
}
