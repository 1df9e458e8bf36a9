import type { Btf, TypeId } from "../../btf/index.ts"
import type { Walk } from "../walk/walk.ts"
import { type Descent, structureAt } from "./btf-members.ts"

/**
 * Whether a pointer to `type` at `offset` is one to `wanted`: the same structure, or one that begins there inside
 * of it, unless `strict`. Where the search ends otherwise, the log says.
 */
export function structsMatch(
  walk: Walk,
  btf: Btf,
  type: number,
  offset: number,
  wantedBtf: Btf,
  wanted: number,
  strict: boolean,
): boolean {
  const same = (id: number) => btf === wantedBtf && id === wanted
  if (offset === 0 && same(type)) return true
  if (strict) return false
  const descent: Descent = { inUnion: false, flexible: btf === walk.kernel.btf }
  let id = type as TypeId
  for (let at = offset; ; at = 0) {
    const step = structureAt(btf, id, at, 1, descent)
    if (step.kind === "refused") walk.log.line(step.message)
    if (step.kind !== "structure") return false
    if (same(step.type)) return true
    id = step.type
  }
}
