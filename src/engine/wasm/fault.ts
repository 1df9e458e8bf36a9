import { InstructionFault } from "../instruction-fault.ts"
import { type ExecutableProgram, FRAME_BYTES, MAX_FRAMES, type StackRange, UNUSED_BYTES } from "../machine.ts"
import { prepare } from "../prepare.ts"
import { FAULT } from "./layout.ts"
import type { Site } from "./site.ts"

/** The fault that a program's globals tell of. */
export function faultOf(
  program: ExecutableProgram,
  site: Site,
  memoryBytes: number,
  code: number,
  slot: number,
  address: bigint,
): InstructionFault {
  const kind = code & ~0xf
  const isAccess = kind === FAULT.load || kind === FAULT.store || kind === FAULT.atomic
  const reason = isAccess
    ? `${accessReason(kind, code & 0xf, address, memoryBytes)}, at address 0x${address.toString(16)}`
    : otherReason(program, site, kind, slot)
  return new InstructionFault({ program, slot, reason, ...(isAccess && { address }) })
}

function accessReason(kind: number, size: number, address: bigint, bytes: number): string {
  if (kind !== FAULT.load && address < UNUSED_BYTES)
    return `store of ${size} bytes in the unused first 64 KiB`
  return `${kind === FAULT.store ? "store" : "load"} of ${size} bytes outside the ${bytes} bytes of memory`
}

function otherReason(program: ExecutableProgram, site: Site, kind: number, slot: number): string {
  switch (kind) {
    case FAULT.fuel:
      return `the budget of ${site.run?.machine.fuel} instructions is used up`
    case FAULT.frame:
      return site.run?.isStackShort
        ? noRoom(site.stack)
        : `the call stack of ${MAX_FRAMES} frames is too deep`
    case FAULT.left:
      return "control left the program"
    default:
      return invalidReason(program, slot)
  }
}

export function noRoom({ size }: StackRange): string {
  return `no room for ${FRAME_BYTES} bytes of stack in the ${size} there are`
}

function invalidReason(program: ExecutableProgram, slot: number): string {
  const operation = prepare(program.instructions)[slot]
  return operation?.kind === "invalid"
    ? operation.reason
    : "this reference has no address yet: the program was not loaded"
}
