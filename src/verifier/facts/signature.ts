import { type Btf, type TypeId, VOID } from "../../btf/index.ts"
import type { FunctionArgument, FunctionSignature } from "../../catalog/index.ts"

/** A kernel function's prototype as the rules of context access ask for it. */
export function signatureOf(
  btf: Btf,
  prototype: TypeId,
  name: string,
  skip = 0,
): FunctionSignature | undefined {
  const type = btf.typeOf(prototype, "func_proto")
  if (!type) return undefined
  return {
    name,
    arguments: type.params.slice(skip).map(param => argumentOf(btf, param.type)),
    result: type.returns === VOID ? undefined : argumentOf(btf, type.returns),
  }
}

function argumentOf(btf: Btf, declared: TypeId): FunctionArgument {
  const id = btf.resolve(declared)
  if (id === VOID) return { kind: "scalar", bytes: 8 }
  const type = btf.type(id)
  const name = "name" in type ? type.name : ""
  switch (type.kind) {
    case "int":
    case "enum":
    case "enum64":
      return { kind: "scalar", bytes: type.size }
    case "struct":
    case "union":
      return type.size <= 16
        ? { kind: "scalar", bytes: type.size }
        : { kind: "unreadable", pointer: false, btfKind: type.kind.toUpperCase(), name }
    case "ptr":
      return pointerTo(btf, type.type)
    default:
      return { kind: "unreadable", pointer: false, btfKind: type.kind.toUpperCase(), name }
  }
}

function pointerTo(btf: Btf, target: TypeId): FunctionArgument {
  const tag = target === VOID ? undefined : btf.typeOf(target, "type_tag")?.name
  const id = btf.resolve(target)
  if (id === VOID) return { kind: "address" }
  const type = btf.type(id)
  switch (type.kind) {
    case "int":
    case "enum":
    case "enum64":
      return { kind: "address" }
    case "struct":
    case "union":
      return {
        kind: "structure",
        name: type.name,
        keyword: type.kind === "struct" ? "STRUCT" : "UNION",
        btfId: id,
        memory: tag === "user" || tag === "percpu" ? tag : "kernel",
        orNull: false,
      }
    case "fwd":
      return { kind: "unreadable", pointer: true, btfKind: "FWD", name: type.name }
    default:
      return {
        kind: "unreadable",
        pointer: true,
        btfKind: type.kind.toUpperCase(),
        name: "name" in type ? type.name : "",
      }
  }
}
