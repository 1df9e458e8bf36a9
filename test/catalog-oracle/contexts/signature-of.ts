import type { Btf, BtfType, TypeId } from "../../../src/btf/index.ts"
import {
  type FunctionArgument,
  type FunctionSignature,
  iteratorSignature,
  tracepointSignature,
} from "../../../src/catalog/details.ts"
import type { Release } from "../../../src/catalog/index.ts"
import type { Subject } from "./read-golden.ts"

/**
 * The prototype of a kernel function, tracepoint or operation as its programs see it, from the kernel's BTF.
 */
export function signatureOf(btf: Btf, name: string, prototype: TypeId, skip = 0): FunctionSignature {
  const type = btf.type(prototype)
  if (type.kind !== "func_proto") throw new Error(`BTF of ${name}: ${type.kind} is no function prototype`)
  return {
    name,
    arguments: type.params.slice(skip).map(parameter => argumentOf(btf, parameter.type, parameter.name)),
    result: type.returns === 0 ? undefined : argumentOf(btf, type.returns, ""),
  }
}

function argumentOf(btf: Btf, id: TypeId, name: string): FunctionArgument {
  const type = skipModifiers(btf, id)
  if (type === undefined) return { kind: "unreadable", pointer: false, btfKind: "UNKNOWN", name }
  switch (type.kind) {
    case "int":
    case "enum":
    case "enum64":
      return type.size > 8
        ? { kind: "unreadable", pointer: false, btfKind: "INT", name }
        : { kind: "scalar", bytes: type.size }
    case "struct":
      return { kind: "scalar", bytes: type.size }
    case "ptr":
      return pointerOf(btf, type.type, name)
    default:
      return { kind: "unreadable", pointer: false, btfKind: type.kind.toUpperCase(), name }
  }
}

function pointerOf(btf: Btf, id: TypeId, name: string): FunctionArgument {
  if (id === 0) return { kind: "address" }
  const tag = btf.type(id)
  const memory =
    tag.kind === "type_tag" && (tag.name === "user" || tag.name === "percpu") ? tag.name : "kernel"
  let at = id
  let type = btf.type(at)
  while ("type" in type && MODIFIERS.has(type.kind)) {
    at = type.type
    if (at === 0) return { kind: "unreadable", pointer: true, btfKind: "UNKNOWN", name }
    type = btf.type(at)
  }
  if (type.kind === "int") return { kind: "address" }
  if (type.kind !== "struct" && type.kind !== "union")
    return { kind: "unreadable", pointer: true, btfKind: type.kind.toUpperCase(), name }
  const keyword = type.kind === "struct" ? "STRUCT" : "UNION"
  return { kind: "structure", name: type.name, keyword, btfId: at, memory, orNull: false }
}

const MODIFIERS: ReadonlySet<string> = new Set(["typedef", "const", "volatile", "restrict", "type_tag"])

function skipModifiers(btf: Btf, id: TypeId): BtfType | undefined {
  let at = id
  for (;;) {
    if (at === 0) return undefined
    const type = btf.type(at)
    if (!MODIFIERS.has(type.kind) || !("type" in type)) return type
    at = type.type
  }
}

export function functionSignature(btf: Btf, name: string): FunctionSignature {
  const type = btf.type(btf.find(name, "func")!)
  if (type.kind !== "func") throw new Error(`BTF has no function ${name}`)
  return signatureOf(btf, name, type.type)
}

export function tracepointTarget(btf: Btf, tracepoint: string, release: Release): FunctionSignature {
  const type = btf.type(btf.find(`btf_trace_${tracepoint}`, "typedef")!)
  const pointer = type.kind === "typedef" ? btf.type(type.type) : type
  if (pointer.kind !== "ptr") throw new Error(`BTF has no tracepoint ${tracepoint}`)
  // The first argument is the registration's own data.
  return tracepointSignature(tracepoint, signatureOf(btf, tracepoint, pointer.type, 1), release)
}

/** What a subject stands on, as the kernel sees it; undefined where its program type needs no target. */
export function targetOf(
  { target, member }: Subject,
  release: Release,
  btf: Btf,
): FunctionSignature | undefined {
  switch (target.kind) {
    case "none":
    case "prog":
      return undefined
    case "func":
      return iteratorSignature(functionSignature(btf, target.name), release)
    case "typedef":
      return tracepointTarget(btf, target.name.slice("btf_trace_".length), release)
    case "struct": {
      const type = btf.type(btf.find(target.name, "struct")!)
      if (type.kind !== "struct") throw new Error(`no struct ${target.name}`)
      const pointer = btf.type(type.members.find(one => one.name === member)!.type)
      if (pointer.kind !== "ptr") throw new Error(`${target.name}.${member} is no pointer`)
      const signature = signatureOf(btf, member!, pointer.type)
      // Its stub marks the argument as one that may be null.
      if (member !== "test_1" || release !== "6.12") return signature
      return {
        ...signature,
        arguments: signature.arguments.map(one =>
          one.kind === "structure" ? { ...one, orNull: true } : one,
        ),
      }
    }
    default:
      return target.kind satisfies never
  }
}
