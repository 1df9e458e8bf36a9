import { ATOMIC, type Instruction, MODE, modeOf } from "../../isa/index.ts"
import { UNKNOWN } from "../domain/index.ts"
import { ERRNO, reject } from "../reject.ts"
import { type Register, setPointer, setScalar } from "../state/register.ts"
import { TYPE } from "../state/register-type.ts"
import type { Walk } from "../walk/walk.ts"
import { MAP_TYPE } from "./map-types.ts"
import { readRegister, writtenRegister } from "./register-access.ts"

/** The program may have one arena, which its loader has mapped. */
export function checkArenas(walk: Walk): void {
  const arenas = new Set(arenasOf(walk))
  if (arenas.size > 1) reject(walk, ERRNO.EBUSY, "Only one arena per program", "arena")
  if (arenas.size === 1 && !(walk.privileges.bpf && walk.privileges.perfmon))
    reject(walk, ERRNO.EPERM, "CAP_BPF and CAP_PERFMON are required to use arena", "arena")
}

function arenasOf({ program }: Walk) {
  return [...program.references.values()].flatMap(reference =>
    (reference.kind === "map" || reference.kind === "mapValue") && reference.map.type === MAP_TYPE.ARENA
      ? [reference.map]
      : [],
  )
}

const TO_KERNEL = 1
const TO_USER = 1 << 16

/** Between addresses as user space has them, numbers to the program, and pointers into the arena. */
export function castAddressSpace(walk: Walk, { dst, src, imm }: Instruction): void {
  if (imm !== TO_KERNEL && imm !== TO_USER)
    reject(walk, ERRNO.EINVAL, "addr_space_cast insn can only convert between address space 1 and 0", "arena")
  if (arenasOf(walk).length === 0)
    reject(
      walk,
      ERRNO.EINVAL,
      "addr_space_cast insn can only be used in a program that has an associated arena",
      "arena",
    )
  readRegister(walk, src)
  const target = writtenRegister(walk, dst)
  setScalar(target, UNKNOWN, !walk.privileges.bpf)
  if (imm === TO_KERNEL) setArena(walk, target)
}

function setArena(walk: Walk, target: Register): void {
  setPointer(target, TYPE.ARENA)
  target.scalar = UNKNOWN
  target.lowWrittenAt = walk.at + 1
}

/** Atomic operations that the compiler of x86-64 has no instruction for in arenas; 64-bit ARM (with LSE) has all. */
const [OR, AND, XOR] = [0x40, 0x50, 0xa0]
const WITHOUT_INSTRUCTION = new Set([OR, AND, XOR].map(operator => operator | ATOMIC.FETCH))

export function mayBeAtomicInArena({ kernel }: Walk, operator: number): boolean {
  return kernel.architecture === "arm64" || !WITHOUT_INSTRUCTION.has(operator)
}

/** Loads that extend the sign cannot be compiled for arenas; the kernel says so when all else is checked. */
export function checkArenaLoads(walk: Walk): void {
  walk.code.forEach(({ opcode }, at) => {
    if (walk.accessTypes[at] === TYPE.ARENA && modeOf(opcode) === MODE.MEMSX)
      reject(walk, ERRNO.EOPNOTSUPP, "sign extending loads from arena are not supported yet", "arena")
  })
}
