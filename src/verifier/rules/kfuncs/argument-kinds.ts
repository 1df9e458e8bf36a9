import { type Btf, type TypeId, VOID } from "../../../btf/index.ts"
import { isNull } from "../../domain/index.ts"
import { ERRNO, reject, unsupported } from "../../reject.ts"
import type { Register } from "../../state/register.ts"
import { baseType, TYPE } from "../../state/register-type.ts"
import type { Walk } from "../../walk/walk.ts"
import { isContextStruct } from "../context-types.ts"
import { hasSuffix, type Kfunc } from "./kfunc.ts"

/** What a pointer argument of a kfunc is, by its type, its name and what is passed. */
export type PointerArgument =
  | { readonly kind: "nothing" | "context" | "iterator" | "object" }
  | { readonly kind: "memory" }
  /** The next argument is its size. */
  | { readonly kind: "sizedMemory" }

/** The kernel's own types of what programs see as something else. */
export const OWN_STRUCTS: Readonly<Record<number, string>> = {
  [TYPE.SOCKET]: "sock",
  [TYPE.SOCK_COMMON]: "sock_common",
  [TYPE.TCP_SOCK]: "tcp_sock",
  [TYPE.CONST_MAP]: "bpf_map",
}

const SPECIAL = new Set([
  "bpf_dynptr",
  "bpf_dynptr_kern",
  "bpf_list_head",
  "bpf_list_node",
  "bpf_rb_root",
  "bpf_rb_node",
  "bpf_wq",
])

export function pointerKind(
  walk: Walk,
  kfunc: Kfunc,
  index: number,
  target: TypeId,
  register: Register,
  size: Register | undefined,
): PointerArgument {
  const { btf, prototype, name } = kfunc
  const param = prototype.params[index]!
  const next = prototype.params[index + 1]
  if (name === "bpf_cast_to_kern_ctx") return { kind: "context" }
  const pointee = target === VOID ? undefined : btf.type(target)
  const named = pointee && "name" in pointee ? pointee.name : ""
  if (isContextStruct(walk, named)) return { kind: "context" }
  for (const suffix of ["__alloc", "__refcounted_kptr", "__str", "__map", "__prog", "__irq_flag"])
    if (hasSuffix(param, suffix)) unsupported(`arguments like ${param.name} of kfunc ${name}`)
  if (SPECIAL.has(named)) unsupported(`struct ${named} in calls of kfunc ${name}`)
  if (isIteratorArgument(kfunc, index)) return { kind: "iterator" }
  const sized =
    (hasSuffix(next, "__sz") || hasSuffix(next, "__szk")) && (size === undefined || size.type === TYPE.SCALAR)
  const given = register.type === TYPE.SCALAR && isNull(register.scalar)
  if (given && hasSuffix(param, "__nullable") && !sized) return { kind: "nothing" }
  const base = baseType(register.type)
  if (base === TYPE.BTF_ID || OWN_STRUCTS[base] !== undefined) {
    if (pointee?.kind !== "struct" && pointee?.kind !== "union") {
      // Memory behind a pointer may be that of a kernel object.
      if (!sized)
        reject(
          walk,
          ERRNO.EINVAL,
          `kernel function ${name} args#${index} pointer type ${kindText(btf, target)} ${named} is not supported`,
          "argument-type",
        )
    } else return { kind: "object" }
  }
  if (!isPlain(btf, target) && !(sized && target === VOID))
    reject(
      walk,
      ERRNO.EINVAL,
      `arg#${index} pointer type ${kindText(btf, target)} ${named} must point to ${sized ? "void, " : ""}scalar, or struct with scalar`,
      "argument-type",
    )
  return { kind: sized ? "sizedMemory" : "memory" }
}

/** The first argument of an iterator's functions, and others that are named so. */
function isIteratorArgument(kfunc: Kfunc, index: number): boolean {
  const own = kfunc.has("iterNew") || kfunc.has("iterNext") || kfunc.has("iterDestroy")
  return (own && index === 0) || hasSuffix(kfunc.prototype.params[index], "__iter")
}

export function kindText(btf: Btf, id: TypeId): string {
  return id === VOID ? "UNKNOWN" : btf.kindOf(id).toUpperCase()
}

/** A number, or a structure of nothing but numbers. */
function isPlain(btf: Btf, id: TypeId, depth = 0): boolean {
  const resolved = btf.resolve(id)
  if (resolved === VOID || depth > 4) return false
  const type = btf.type(resolved)
  switch (type.kind) {
    case "int":
    case "enum":
    case "enum64":
      return true
    case "array":
      return isPlain(btf, type.element, depth + 1)
    case "struct":
      return type.members.every(member => isPlain(btf, member.type, depth + 1))
    default:
      return false
  }
}
