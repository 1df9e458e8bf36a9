import { type Btf, type TypeId, VOID } from "../../../btf/index.ts"
import { isNull } from "../../domain/index.ts"
import { ERRNO, reject } from "../../reject.ts"
import type { Register } from "../../state/register.ts"
import { baseType, mayBeNull, TYPE } from "../../state/register-type.ts"
import type { Walk } from "../../walk/walk.ts"
import { isContextStruct } from "../context-types.ts"
import { hasSuffix, type Kfunc } from "./kfunc.ts"

/** What a pointer argument of a kfunc is, by its type, its name and what is passed. */
export type PointerKind =
  | "context"
  | "nothing"
  /** An object of the program's own that is given back. */
  | "allocated"
  /** One that counts its references. */
  | "counted"
  | "dynptr"
  | "iterator"
  | "listHead"
  | "listNode"
  | "treeRoot"
  | "treeNode"
  | "constString"
  | "map"
  | "workqueue"
  | "object"
  | "callback"
  | "memory"
  /** The next argument is its size. */
  | "sizedMemory"

/** The kernel's own types of what programs see as something else. */
export const OWN_STRUCTS: Readonly<Record<number, string>> = {
  [TYPE.SOCKET]: "sock",
  [TYPE.SOCK_COMMON]: "sock_common",
  [TYPE.TCP_SOCK]: "tcp_sock",
  [TYPE.CONST_MAP]: "bpf_map",
}

const BY_SUFFIX: readonly (readonly [string, PointerKind])[] = [
  ["__alloc", "allocated"],
  ["__refcounted_kptr", "counted"],
]
const BY_STRUCT: Readonly<Record<string, PointerKind>> = {
  bpf_list_head: "listHead",
  bpf_list_node: "listNode",
  bpf_rb_root: "treeRoot",
  bpf_rb_node: "treeNode",
}

/** In the kernel's order: the first that fits it is. */
export function pointerKind(
  walk: Walk,
  kfunc: Kfunc,
  index: number,
  target: TypeId,
  register: Register,
  size: Register | undefined,
): PointerKind {
  const { btf, prototype, name } = kfunc
  const param = prototype.params[index]!
  if (name === "bpf_cast_to_kern_ctx") return "context"
  const pointee = target === VOID ? undefined : btf.type(target)
  const struct = pointee?.kind === "struct" ? pointee.name : ""
  if (isContextStruct(walk, struct)) return "context"
  if (hasSuffix(param, "__nullable") && register.type === TYPE.SCALAR && isNull(register.scalar))
    return "nothing"
  const suffixed = BY_SUFFIX.find(([suffix]) => hasSuffix(param, suffix))
  if (suffixed) return suffixed[1]
  if (struct === "bpf_dynptr") return "dynptr"
  if (isIteratorArgument(kfunc, index)) return "iterator"
  const graph = BY_STRUCT[struct]
  if (graph) return graph
  if (hasSuffix(param, "__str")) return "constString"
  if (hasSuffix(param, "__map")) return "map"
  if (struct === "bpf_wq") return "workqueue"
  const named = pointee && "name" in pointee ? pointee.name : ""
  const base = baseType(register.type)
  // Before 6.2 what may be null was no object, but memory.
  const isObject = base === TYPE.BTF_ID && (walk.rules.trust || !mayBeNull(register.type))
  if (isObject || OWN_STRUCTS[base] !== undefined) {
    if (pointee?.kind === "struct" || pointee?.kind === "union") return "object"
    reject(
      walk,
      ERRNO.EINVAL,
      `kernel function ${name} args#${index} pointer type ${kindText(btf, target)} ${named} is not supported`,
      "argument-type",
    )
  }
  if (pointee?.kind === "func_proto") return "callback"
  const next = prototype.params[index + 1]
  const sized = (hasSuffix(next, "__sz") || hasSuffix(next, "__szk")) && size?.type === TYPE.SCALAR
  if (!isPlain(walk, btf, target) && !(sized && target === VOID))
    reject(
      walk,
      ERRNO.EINVAL,
      `arg#${index} pointer type ${kindText(btf, target)} ${named} must point to ${sized ? "void, " : ""}scalar, or struct with scalar`,
      "argument-type",
    )
  return sized ? "sizedMemory" : "memory"
}

/** The first argument of an iterator's functions, and others that are named so. */
function isIteratorArgument(kfunc: Kfunc, index: number): boolean {
  const own = kfunc.has("iterNew") || kfunc.has("iterNext") || kfunc.has("iterDestroy")
  return own ? index === 0 : hasSuffix(kfunc.prototype.params[index], "__iter")
}

export function kindText(btf: Btf, id: TypeId): string {
  return id === VOID ? "UNKNOWN" : btf.kindOf(id).toUpperCase()
}

function isNumber(btf: Btf, id: TypeId): boolean {
  if (id === VOID) return false
  const kind = btf.kindOf(id)
  return kind === "int" || kind === "enum" || kind === "enum64"
}

function isPlain(walk: Walk, btf: Btf, id: TypeId): boolean {
  return isNumber(btf, id) || isStructOfNumbers(walk, btf, id, 0)
}

const DEEPEST = 3

/** A structure of nothing but numbers, arrays of them, and such structures. */
export function isStructOfNumbers(walk: Walk, btf: Btf, id: TypeId, depth: number): boolean {
  const type = id === VOID ? undefined : btf.type(id)
  if (type?.kind !== "struct" && type?.kind !== "union") return false
  return type.members.every(member => {
    const inner = btf.resolve(member.type)
    const kind = inner === VOID ? "void" : btf.kindOf(inner)
    if (kind === "struct" || kind === "union") {
      if (depth < DEEPEST) return isStructOfNumbers(walk, btf, inner, depth + 1)
      walk.log.line("max struct nesting depth exceeded")
      return false
    }
    const array = btf.typeOf(inner, "array")
    if (array) return array.length > 0 && isNumber(btf, btf.resolve(array.element))
    return isNumber(btf, inner)
  })
}
