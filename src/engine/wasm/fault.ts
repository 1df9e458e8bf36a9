import { FAULT_REASONS } from "../fault-reasons.ts"
import { InstructionFault } from "../instruction-fault.ts"
import { type ExecutableProgram, UNUSED_BYTES } from "../machine.ts"
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
    ? FAULT_REASONS.at(accessReason(kind, code & 0xf, address, memoryBytes), address)
    : otherReason(program, site, kind, slot)
  return new InstructionFault({ program, slot, reason, ...(isAccess && { address }) })
}

function accessReason(kind: number, size: number, address: bigint, bytes: number): string {
  if (kind !== FAULT.load && address < UNUSED_BYTES) return FAULT_REASONS.unused(size)
  return FAULT_REASONS.outside(kind === FAULT.store ? "store" : "load", size, bytes)
}

function otherReason(program: ExecutableProgram, site: Site, kind: number, slot: number): string {
  switch (kind) {
    case FAULT.fuel:
      return FAULT_REASONS.fuel(site.run?.machine.fuel)
    case FAULT.frame:
      return site.run?.isStackShort ? FAULT_REASONS.noRoom(site.stack) : FAULT_REASONS.tooDeep
    case FAULT.left:
      return FAULT_REASONS.left
    default:
      return invalidReason(program, slot)
  }
}

function invalidReason(program: ExecutableProgram, slot: number): string {
  const operation = prepare(program.instructions)[slot]
  return operation?.kind === "invalid" ? operation.reason : FAULT_REASONS.notLoaded
}
