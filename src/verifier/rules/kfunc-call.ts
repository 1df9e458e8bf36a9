import type { Instruction } from "../../isa/index.ts"
import { unsupported } from "../reject.ts"
import type { Walk } from "../walk/walk.ts"

export function callKfunc(walk: Walk, _instruction: Instruction): void {
  const reference = walk.program.references.get(walk.at)
  unsupported(`kfunc ${reference?.kind === "kfunc" ? reference.name : "calls"}`)
}
