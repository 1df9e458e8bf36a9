import { ATOMIC, ATOMIC_OPERATORS, type Instruction, sizeOf } from "../../isa/index.ts"
import { ERRNO, reject } from "../reject.ts"
import { baseType, isPacketPointer, TYPE, typeName } from "../state/register-type.ts"
import type { Walk } from "../walk/walk.ts"
import { mayBeAtomicInArena } from "./arenas.ts"
import { type Access, checkAccess } from "./memory.ts"
import { overwriteRegister, readRegister } from "./register-access.ts"

const REFUSED = new Set<number>([
  TYPE.CTX,
  TYPE.FLOW_KEYS,
  TYPE.SOCKET,
  TYPE.SOCK_COMMON,
  TYPE.TCP_SOCK,
  TYPE.XDP_SOCK,
])

const VALID = new Set<number>([
  ATOMIC.XCHG,
  ATOMIC.CMPXCHG,
  ...ATOMIC_OPERATORS.flatMap(({ code }) => [code, code | ATOMIC.FETCH]),
])

/** Read-modify-write: memory that may be both read and written, aligned. */
export function walkAtomic(walk: Walk, { opcode, dst, src, off, imm }: Instruction): void {
  const size = sizeOf(opcode)
  if (!VALID.has(imm))
    reject(
      walk,
      ERRNO.EINVAL,
      `BPF_ATOMIC uses invalid atomic opcode ${(imm >>> 0).toString(16).padStart(2, "0")}`,
      "encoding",
    )
  if (size < 4) reject(walk, ERRNO.EINVAL, "invalid atomic operand size", "encoding")
  const operand = readRegister(walk, src)
  const pointer = readRegister(walk, dst)
  const hidden = (number: number, type: number) => {
    if (!walk.privileges.perfmon && type !== TYPE.SCALAR)
      reject(walk, ERRNO.EACCES, `R${number} leaks addr into mem`, "pointer-leak")
  }
  if (imm === ATOMIC.CMPXCHG) hidden(0, readRegister(walk, 0).type)
  hidden(src, operand.type)
  const inArena = pointer.type === TYPE.ARENA
  if (
    REFUSED.has(baseType(pointer.type)) ||
    isPacketPointer(pointer.type) ||
    (inArena && !mayBeAtomicInArena(walk, imm))
  )
    reject(
      walk,
      ERRNO.EACCES,
      `BPF_ATOMIC stores into R${dst} ${typeName(pointer.type)} is not allowed`,
      "read-only-memory",
    )
  const loads = imm === ATOMIC.CMPXCHG ? 0 : imm & ATOMIC.FETCH ? src : undefined
  if (loads !== undefined) overwriteRegister(walk, loads)
  const access = (kind: Access["kind"], value: number | undefined) =>
    checkAccess(walk, { kind, base: dst, offset: off, size, value, signed: false }, true)
  access("read", undefined)
  if (loads !== undefined) access("read", loads)
  access("write", undefined)
}
