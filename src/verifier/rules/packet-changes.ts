import { helperPrototype } from "../../catalog/details.ts"
import { CLASS, JUMP, PSEUDO_CALL } from "../../isa/index.ts"
import { subprogramAt } from "../walk/subprograms.ts"
import type { Walk } from "../walk/walk.ts"
import { calledName } from "./callback-calls.ts"

/** Functions that may move the packet, themselves or through what they call: pointers into it end with a call. */
export function findPacketChanges(walk: Walk): void {
  const { subprograms, code, rules } = walk
  if (!rules.packetChangesOfFunctions) return
  const callees = subprograms.map(subprogram => {
    const list: number[] = []
    for (let at = subprogram.start; at < subprogram.end; at++) {
      const { opcode, src, imm } = code[at]!
      if (opcode !== (CLASS.JMP | JUMP.CALL)) continue
      if (src === PSEUDO_CALL.SUBPROGRAM) list.push(subprogramAt(walk, at + imm + 1))
      const called = calledName(walk, at)
      if (called?.kind === "helper" && helperPrototype(called.name)?.packetChanging)
        subprogram.changesPacketData = true
    }
    return list
  })
  for (let changed = true; changed; ) {
    changed = false
    subprograms.forEach((subprogram, index) => {
      if (subprogram.changesPacketData) return
      if (!callees[index]!.some(callee => subprograms[callee]?.changesPacketData)) return
      subprogram.changesPacketData = true
      changed = true
    })
  }
}
