import type { Btf, TypeId } from "../../btf/index.ts"
import type { Walk } from "../walk/walk.ts"
import { memberAt } from "./btf-members.ts"

/** Whether a pointer to `type` at `offset` is one to `wanted`: the same structure, or the first member that lies there. */
export function structsMatch(
  btf: Btf,
  type: number,
  offset: number,
  wantedBtf: Btf,
  wanted: number,
  strict: boolean,
): boolean {
  let id = type
  let at = offset
  for (;;) {
    if (at === 0 && sameType(btf, id, wantedBtf, wanted)) return true
    if (strict) return false
    const struct = btf.typeOf(id, "struct")
    const member = struct?.members.findLast(each => each.bitSize === 0 && each.bitOffset / 8 <= at)
    if (!member) return false
    const inner = btf.resolve(member.type as TypeId)
    if (btf.kindOf(inner) !== "struct") return false
    at -= member.bitOffset / 8
    id = inner
  }
}

function sameType(a: Btf, x: number, b: Btf, y: number): boolean {
  if (a === b) return x === y
  const left = a.typeOf(x, "struct")
  const right = b.typeOf(y, "struct")
  return left !== undefined && left.name === right?.name && left.size === right.size
}

/** The kernel looks for a structure inside the one that was passed, and says where that ended. */
export function writeMismatch(walk: Walk, btf: Btf, type: number, offset: number): void {
  const answer = memberAt(btf, type as TypeId, offset, 1)
  if (answer.kind === "refused") walk.log.line(answer.message)
}
