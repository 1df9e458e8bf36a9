import { ERRNO, reject } from "../reject.ts"
import { baseType, FLAG, TYPE } from "../state/register-type.ts"
import type { Walk } from "../walk/walk.ts"

/** Pointers whose loads and stores the kernel rewrites, each kind in its own way. */
const REWRITTEN = new Set<number>([
  TYPE.CTX,
  TYPE.SOCKET,
  TYPE.SOCK_COMMON,
  TYPE.TCP_SOCK,
  TYPE.XDP_SOCK,
  TYPE.BTF_ID,
  TYPE.ARENA,
])

function isRewritten(type: number): boolean {
  return REWRITTEN.has(baseType(type))
}

/** One instruction is rewritten in one way: it may not meet different kinds of pointers on different paths. */
export function noteAccessType(walk: Walk, type: number, allowMismatch: boolean): void {
  const before = walk.accessTypes[walk.at]!
  if (before === TYPE.NOT_INIT) {
    walk.accessTypes[walk.at] = type
    return
  }
  if (before === type || (!isRewritten(type) && !isRewritten(before))) return
  // A load through a kernel pointer may fault; one through any kind of them can be made to give zero.
  const bothBtf = baseType(type) === TYPE.BTF_ID && baseType(before) === TYPE.BTF_ID
  if (allowMismatch && bothBtf) {
    walk.accessTypes[walk.at] = TYPE.BTF_ID | FLAG.UNTRUSTED
    return
  }
  reject(walk, ERRNO.EINVAL, "same insn cannot be used with different pointers", "mixed-pointers")
}
