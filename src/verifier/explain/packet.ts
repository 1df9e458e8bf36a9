import { contextAccess } from "../../catalog/details.ts"
import { ALU, CLASS, classOf, JUMP, operatorOf, sizeOf, takesRegister } from "../../isa/index.ts"
import { isKnown } from "../domain/index.ts"
import { baseType, TYPE } from "../state/register-type.ts"
import { currentFrame } from "../state/state.ts"
import type { Walk } from "../walk/walk.ts"
import { link } from "./chain.ts"
import type { ChainStep } from "./explanation.ts"
import { bytes, doing, type Explainer, type Failure, place } from "./failure.ts"
import { type PathStep, stepsBack } from "./path.ts"
import { describe, describeNumber } from "./words.ts"

/** Packet bytes may be touched only where a comparison with the packet's end has shown them to be there. */
export const explainPacketBounds: Explainer = failure => {
  const pointer = failure.held
  if (!pointer) return { what: doing(failure), known: "", needs: NEEDS }
  const { range, off, scalar } = pointer
  const size = accessedBytes(failure)
  const check = lastComparison(failure.walk)
  const moved = !isKnown(scalar)
  const metadata = baseType(pointer.type) === TYPE.PACKET_META
  const end = metadata ? "data" : "data_end"
  const whose = metadata ? "the metadata" : "the packet"
  const from = moved ? "the variable offset that was added last" : `the start of ${whose}`
  const start = off + (failure.access?.offset ?? 0)
  const shown =
    range > 0
      ? `a comparison with ${end} showed ${bytes(range)} from ${from}`
      : `no comparison with ${end} holds for it${check ? " any more" : ""}`
  const offset = start === 0 ? `at ${from}` : `${start} bytes from ${from}`
  const reach = size === undefined ? undefined : start + size
  return {
    what: `${doing(failure)}, which points into ${whose}${size === undefined ? "" : `: ${offset}`}`,
    known: `r${failure.register} is ${describe(pointer)}; ${shown}`,
    needs:
      reach === undefined
        ? NEEDS
        : `${bytes(reach)} from ${from} compared with ${end}, not ${range > 0 ? range : "none"}`,
    fix: fixOf(failure, moved, reach, metadata),
    links: check ? [check] : [],
  }
}

const NEEDS = "a comparison with data_end that shows every byte of the access to be there"

function fixOf(failure: Failure, moved: boolean, reach: number | undefined, metadata: boolean): string {
  const { scalar } = failure.held!
  if (moved && scalar.umax > 0xffffn)
    return `bound the offset (${describeNumber(scalar)}) to less than 65,536 first, then compare the pointer that was made of it with data_end before ${place(failure)}`
  const what = moved ? "pointer" : metadata ? "data_meta" : "data"
  const sum = reach === undefined ? `${what} + size` : `${what} + ${reach}`
  return `compare \`${sum}\` with \`${metadata ? "data" : "data_end"}\` before ${place(failure)}, and leave when it lies behind`
}

/** The size of the access; of a helper's, what the size that follows the pointer may be at most. */
function accessedBytes({ access, walk, register }: Failure): number | undefined {
  if (access) return access.size
  const next = currentFrame(walk.state).registers[(register ?? 9) + 1]
  if (next?.type !== TYPE.SCALAR || next.scalar.umax > 0xffffn) return undefined
  return Number(next.scalar.umax)
}

/** The last jump on the path that compared something with the packet's end. */
function lastComparison(walk: Walk): ChainStep | undefined {
  const steps: PathStep[] = []
  for (const step of stepsBack(walk)) {
    steps.push(step)
    if (steps.length > 4000) break
  }
  for (let index = 0; index < steps.length; index++) {
    const { at } = steps[index]!
    const { opcode, dst, src } = walk.code[at]!
    const isJump = classOf(opcode) === CLASS.JMP && takesRegister(opcode)
    if (!isJump || operatorOf(opcode) === JUMP.CALL || operatorOf(opcode) === JUMP.EXIT) continue
    if (holdsPacketEnd(walk, steps, index, dst) || holdsPacketEnd(walk, steps, index, src))
      return link(walk, at, "compares with data_end")
  }
  return undefined
}

/** Whether a register was loaded from the context's field for the packet's end, and copied since. */
function holdsPacketEnd(walk: Walk, steps: readonly PathStep[], from: number, register: number): boolean {
  const { frame } = steps[from]!
  let wanted = register
  for (let index = from + 1; index < steps.length; index++) {
    const step = steps[index]!
    if (step.frame !== frame) return false
    const { opcode, dst, src, off } = walk.code[step.at]!
    if (dst !== wanted) continue
    switch (classOf(opcode)) {
      case CLASS.ALU64:
        if (operatorOf(opcode) !== ALU.MOV || !takesRegister(opcode)) return false
        wanted = src
        break
      case CLASS.LDX: {
        const { program, kernel } = walk
        const answer = contextAccess({
          programType: program.type,
          attachType: program.attachType,
          release: kernel.release,
          offset: off,
          size: sizeOf(opcode),
          access: "read",
          target: program.target?.signature,
        })
        return answer.allowed && answer.value?.kind === "packetEnd"
      }
      case CLASS.ALU:
      case CLASS.LD:
        return false
    }
  }
  return false
}
