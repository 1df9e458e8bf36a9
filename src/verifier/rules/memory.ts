import { CLASS, classOf, type Instruction, MODE, modeOf, sizeOf } from "../../isa/index.ts"
import { signExtended, truncated, UNKNOWN, unknownBytes } from "../domain/index.ts"
import { ERRNO, reject } from "../reject.ts"
import { type Register, setScalar } from "../state/register.ts"
import { baseType, FLAG, isPacketPointer, mayBeNull, TYPE, typeName } from "../state/register-type.ts"
import { currentFrame } from "../state/state.ts"
import type { Walk } from "../walk/walk.ts"
import { noteAccessType } from "./access-types.ts"
import { checkAlignment } from "./alignment.ts"
import { accessBtfObject, accessMapObject } from "./btf-access.ts"
import { accessContext } from "./context.ts"
import { accessMapValue } from "./map-value.ts"
import { checkPacket, mayAccessPacket } from "./packet.ts"
import { accessBuffer, accessFlowKeys, accessTracepointBuffer, checkRegion } from "./regions.ts"
import { readRegister, writtenRegister } from "./register-access.ts"
import { accessSocket } from "./sockets.ts"
import { readStack } from "./stack-read.ts"
import { writeStack } from "./stack-write.ts"

/** One load or store. `value` is the register it loads into or stores from; undefined for none. */
export interface Access {
  readonly kind: "read" | "write"
  readonly base: number
  readonly offset: number
  readonly size: number
  readonly value: number | undefined
  readonly signed: boolean
}

export function walkLoad(walk: Walk, { opcode, dst, src, off, imm }: Instruction): void {
  const mode = modeOf(opcode)
  const signed = mode === MODE.MEMSX && walk.rules.signExtension
  const size = sizeOf(opcode)
  if ((mode !== MODE.MEM && !signed) || (signed && size === 8) || imm !== 0)
    reject(walk, ERRNO.EINVAL, "BPF_LDX uses reserved fields", "encoding")
  const base = readRegister(walk, src)
  writtenRegister(walk, dst)
  const { type } = base
  checkAccess(walk, { kind: "read", base: src, offset: off, size, value: dst, signed })
  noteAccessType(walk, type, true)
}

export function walkStore(walk: Walk, { opcode, dst, src, off, imm }: Instruction): void {
  const size = sizeOf(opcode)
  const fromRegister = classOf(opcode) === CLASS.STX
  const name = fromRegister ? "BPF_STX" : "BPF_ST"
  if (modeOf(opcode) !== MODE.MEM || (fromRegister ? imm : src) !== 0)
    reject(walk, ERRNO.EINVAL, `${name} uses reserved fields`, "encoding")
  if (fromRegister) readRegister(walk, src)
  const { type } = readRegister(walk, dst)
  if (!fromRegister && type === TYPE.CTX && !walk.rules.contextConstants)
    reject(
      walk,
      ERRNO.EACCES,
      `BPF_ST stores into R${dst} ${typeName(type)} is not allowed`,
      "context-access",
    )
  const value = fromRegister ? src : undefined
  checkAccess(walk, { kind: "write", base: dst, offset: off, size, value, signed: false })
  noteAccessType(walk, type, false)
}

/** Whether memory may be accessed so, and what the access changes. */
export function checkAccess(walk: Walk, access: Access, strictOnce = false): void {
  const { registers } = currentFrame(walk.state)
  const pointer = registers[access.base]!
  checkAlignment(walk, pointer, access.offset, access.size, strictOnce)
  const offset = access.offset + pointer.off
  reach(walk, access, pointer, offset)
  if (access.kind !== "read" || access.value === undefined || access.size === 8) return
  const target = registers[access.value]!
  if (target.type !== TYPE.SCALAR) return
  if (access.signed) target.scalar = signExtended(target.scalar, access.size)
  else if (target.scalar === UNKNOWN) target.scalar = unknownBytes(access.size)
  else target.scalar = truncated(target.scalar, access.size, !walk.rules.mutualRanges)
}

function reach(walk: Walk, access: Access, pointer: Register, offset: number): void {
  const { base, size, kind } = access
  const { type } = pointer
  switch (baseType(type)) {
    case TYPE.MAP_KEY:
      if (kind === "write")
        reject(walk, ERRNO.EACCES, `write to change key R${base} not allowed`, "read-only-memory")
      checkRegion(walk, base, pointer, offset, size, pointer.map!.keySize, false)
      loadUnknown(walk, access)
      return
    case TYPE.MAP_VALUE:
      if (type !== TYPE.MAP_VALUE) break
      checkLeak(walk, access, "map")
      accessMapValue(walk, access, pointer, offset)
      return
    case TYPE.MEM:
      if (mayBeNull(type)) break
      if (kind === "write" && type & FLAG.READ_ONLY)
        reject(walk, ERRNO.EACCES, `R${base} cannot write into ${typeName(type)}`, "read-only-memory")
      checkLeak(walk, access, "mem")
      checkRegion(walk, base, pointer, offset, size, pointer.range, false)
      loadUnknown(walk, access)
      return
    case TYPE.CTX:
      checkLeak(walk, access, "ctx")
      accessContext(walk, access, pointer, offset)
      return
    case TYPE.STACK:
      if (kind === "read") readStack(walk, access, offset)
      else writeStack(walk, access, offset)
      return
    case TYPE.PACKET:
    case TYPE.PACKET_META:
      if (!isPacketPointer(type)) break
      if (kind === "write" && !mayAccessPacket(walk, "write"))
        reject(walk, ERRNO.EACCES, "cannot write into packet", "read-only-memory")
      checkLeak(walk, access, "packet")
      checkPacket(walk, base, pointer, offset, size, false)
      loadUnknown(walk, access)
      return
    case TYPE.FLOW_KEYS:
      checkLeak(walk, access, "flow keys")
      accessFlowKeys(walk, offset, size)
      loadUnknown(walk, access)
      return
    case TYPE.SOCKET:
    case TYPE.SOCK_COMMON:
    case TYPE.TCP_SOCK:
    case TYPE.XDP_SOCK:
      if (mayBeNull(type)) break
      if (kind === "write")
        reject(walk, ERRNO.EACCES, `R${base} cannot write into ${typeName(type)}`, "read-only-memory")
      accessSocket(walk, base, pointer, offset, size)
      loadUnknown(walk, access)
      return
    case TYPE.TP_BUFFER:
      accessTracepointBuffer(walk, base, pointer, offset, size)
      loadUnknown(walk, access)
      return
    case TYPE.BTF_ID:
      if (mayBeNull(type)) break
      accessBtfObject(walk, access, pointer, offset)
      return
    case TYPE.CONST_MAP:
      accessMapObject(walk, access, pointer, offset)
      return
    case TYPE.BUF:
      if (mayBeNull(type)) break
      if (kind === "write" && type & FLAG.READ_ONLY)
        reject(walk, ERRNO.EACCES, `R${base} cannot write into ${typeName(type)}`, "read-only-memory")
      accessBuffer(walk, base, pointer, offset, size)
      loadUnknown(walk, access)
      return
    case TYPE.ARENA:
      loadUnknown(walk, access)
      return
  }
  reject(walk, ERRNO.EACCES, `R${base} invalid mem access '${typeName(type)}'`, "pointer-needed")
}

/** Whoever may not see addresses may not store them where others read. */
function checkLeak(walk: Walk, access: Access, where: string): void {
  if (access.kind !== "write" || access.value === undefined || walk.privileges.perfmon) return
  if (currentFrame(walk.state).registers[access.value]!.type !== TYPE.SCALAR)
    reject(walk, ERRNO.EACCES, `R${access.value} leaks addr into ${where}`, "pointer-leak")
}

/** A load from memory that is not followed gives any number. */
export function loadUnknown(walk: Walk, access: Access): void {
  if (access.kind === "read" && access.value !== undefined)
    setScalar(currentFrame(walk.state).registers[access.value]!, UNKNOWN, !walk.privileges.bpf)
}
