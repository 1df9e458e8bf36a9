import { ARITHMETIC, ATOMICS, JUMPS, type Slot, signed, unsigned } from "./reference.ts"

/** What a program runs in: bytes from address 0, and what lies outside of the instruction set. */
export interface ReferenceWorld {
  readonly memory: Uint8Array
  /** r10 of the first function; frames below it have 512 bytes. */
  readonly framePointer: bigint
  call(helper: bigint, args: readonly bigint[]): bigint
  /** The packet of the legacy loads. */
  readonly packet: Uint8Array
  /** How often a frame's may_goto goes on. */
  readonly loopBudget: number
}

/** A function that was called: what its exit restores. */
interface Caller {
  readonly returnTo: number
  readonly saved: readonly bigint[]
  readonly loopsLeft: number
}

/** Bytes that the size bits of an opcode stand for (section 5, table 10). */
const SIZES: Readonly<Record<number, 1 | 2 | 4 | 8>> = { 0: 4, 8: 2, 16: 1, 24: 8 }

/**
 * Runs code by RFC 9669, one raw instruction at a time, and gives r0. Understands what verified programs hold: no faults
 * are modelled, an instruction that the RFC does not know throws. A function's address is its slot.
 */
export function runReference(code: readonly Slot[], world: ReferenceWorld, args: readonly bigint[]): bigint {
  const r = Array.from({ length: 11 }, (_, register) => unsigned(64, args[register - 1] ?? 0n))
  r[0] = 0n
  for (let register = 6; register < 10; register++) r[register] = 0n
  r[10] = world.framePointer
  const callers: Caller[] = []
  let loopsLeft = world.loopBudget
  let pc = 0

  const load = (address: bigint, size: number): bigint => {
    const bytes = Array.from({ length: size }, (_, byte) => {
      const value = world.memory[Number(unsigned(64, address)) + byte]
      if (value === undefined) throw new Error(`BUG: the suite loads from 0x${address.toString(16)}`)
      return BigInt(value)
    })
    return bytes.reduceRight((value, byte) => value * 256n + byte, 0n)
  }
  const store = (address: bigint, size: number, value: bigint): void => {
    for (let byte = 0; byte < size; byte++)
      world.memory[Number(unsigned(64, address)) + byte] = Number(unsigned(8, value / 256n ** BigInt(byte)))
  }
  const leave = (): boolean => {
    const caller = callers.pop()
    if (caller === undefined) return false
    for (const [index, value] of caller.saved.entries()) r[6 + index] = value
    loopsLeft = caller.loopsLeft
    pc = caller.returnTo
    return true
  }
  const enter = (slot: number): void => {
    callers.push({ returnTo: pc, saved: r.slice(6), loopsLeft })
    for (let register = 6; register < 10; register++) r[register] = 0n
    r[10] = r[10]! - 512n
    loopsLeft = world.loopBudget
    pc = slot
  }

  for (;;) {
    const slot = code[pc]!
    const { opcode, dst, src, off, imm } = slot
    const unknown = () => new Error(`BUG: the reference does not know ${JSON.stringify(slot)}`)
    const constant = BigInt(imm)
    const operator = Math.floor(opcode / 16)
    const operand = (opcode & 0x08) === 0 ? unsigned(64, constant) : r[src]!
    pc++
    switch (opcode & 0x07) {
      case 4:
      case 7: {
        const width = (opcode & 0x07) === 7 ? 64 : 32
        r[dst] = arithmetic(slot, operator, width, r[dst]!, operand)
        break
      }
      case 5:
      case 6: {
        const width = (opcode & 0x07) === 5 ? 64 : 32
        if (operator === 0x0) pc += width === 64 ? off : imm
        else if (operator === 0xe) {
          if (loopsLeft === 0) pc += off
          else loopsLeft--
        } else if (operator === 0x9) {
          if (!leave()) return r[0]!
        } else if (operator === 0x8) {
          if ((opcode & 0x08) !== 0) enter(Number(r[dst]))
          else if (src === 1) enter(pc + imm)
          else r[0] = unsigned(64, world.call(constant, r.slice(1, 6)))
        } else {
          const row = JUMPS.find(({ code }) => code === operator)
          if (row === undefined) throw unknown()
          if (row.holds(unsigned(width, r[dst]!), unsigned(width, operand), width)) pc += off
        }
        break
      }
      case 0: {
        if (opcode === 0x18) {
          // Section 5.4: src says what the constant is; 4 is a function's address relative to the next slot.
          const low = unsigned(32, constant)
          r[dst] = src === 4 ? BigInt(pc + imm) : unsigned(32, BigInt(code[pc]!.imm)) * 2n ** 32n + low
          pc++
          break
        }
        // Section 5.5: network byte order, into r0.
        const size = SIZES[opcode & 0x18]!
        const index = (opcode & 0xe0) === 0x40 ? r[src]! : 0n
        const start = Number(signed(32, index + constant))
        const bytes = world.packet.slice(Math.max(start, 0), Math.max(start + size, 0))
        r[0] = [...bytes].reduce((value, byte) => value * 256n + BigInt(byte), 0n)
        if (start < 0 || bytes.length < size) {
          r[0] = 0n
          if (!leave()) return 0n
        }
        break
      }
      case 1: {
        const size = SIZES[opcode & 0x18]!
        const value = load(r[src]! + BigInt(off), size)
        r[dst] = (opcode & 0xe0) === 0x80 ? unsigned(64, signed(size * 8, value)) : value
        break
      }
      case 2:
        store(r[dst]! + BigInt(off), SIZES[opcode & 0x18]!, unsigned(64, constant))
        break
      case 3: {
        const size = SIZES[opcode & 0x18]!
        if ((opcode & 0xe0) === 0x60) store(r[dst]! + BigInt(off), size, r[src]!)
        else if (imm === 0x100) r[dst] = load(r[src]! + BigInt(off), size)
        else if (imm === 0x110) store(r[dst]! + BigInt(off), size, r[src]!)
        else {
          const row = ATOMICS.find(candidate => candidate.imm === imm)
          if (row === undefined) throw unknown()
          const address = r[dst]! + BigInt(off)
          const cut = (value: bigint) => unsigned(size * 8, value)
          const old = load(address, size)
          store(address, size, cut(row.leaves(old, cut(r[src]!), cut(r[0]!))))
          if (row.fetches === "r0") r[0] = old
          else if (row.fetches === "src") r[src] = old
        }
        break
      }
    }
  }
}

/** Section 4.1 and 4.2: the new value of dst, whose upper half 32-bit operations clear. */
function arithmetic(slot: Slot, operator: number, width: 32 | 64, dst: bigint, operand: bigint): bigint {
  const { off, imm } = slot
  if (operator === 0x8) return unsigned(width, -dst)
  if (operator === 0xd) {
    const low = unsigned(imm, dst)
    const isSwapped = width === 64 || (slot.opcode & 0x08) !== 0
    return isSwapped ? reversed(imm, low) : low
  }
  if (operator === 0xb && off !== 0) return unsigned(width, signed(off, operand))
  const row = ARITHMETIC.find(candidate => candidate.code === operator && candidate.off === off)
  if (row === undefined) throw new Error(`BUG: the reference does not know ${JSON.stringify(slot)}`)
  return unsigned(width, row.meaning(unsigned(width, dst), unsigned(width, operand), width))
}

function reversed(bits: number, value: bigint): bigint {
  const digits = value.toString(16).padStart(bits / 4, "0")
  return BigInt(`0x${(digits.match(/../g) ?? []).reverse().join("")}`)
}
