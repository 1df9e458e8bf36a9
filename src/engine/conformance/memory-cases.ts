import { EDGES, hex, IMMEDIATES } from "./operands.ts"
import { ATOMICS, type AtomicRow, type Slot } from "./reference.ts"
import {
  ending,
  keep,
  LDX,
  move,
  ST,
  STX,
  type SuiteProgram,
  type SuiteRun,
  set,
  slot,
  WINDOW,
  wideConstant,
} from "./suite.ts"

/** Size bits of the opcode. */
const SIZES = [
  { name: "b", bits: 8, code: 0x10 },
  { name: "h", bits: 16, code: 0x08 },
  { name: "w", bits: 32, code: 0x00 },
  { name: "dw", bits: 64, code: 0x18 },
] as const
type Size = (typeof SIZES)[number]
const ATOMIC_SIZES = SIZES.filter(({ bits }) => bits >= 32)

const [MEM, MEMSX, ATOMIC] = [0x60, 0x80, 0xc0]
const [LOAD_ACQUIRE, STORE_RELEASE] = [0x100, 0x110]
/** Offsets of the instruction; the base register makes up for them. */
const OFFSETS = [0, 1, -1, 8, -8, 255, 0x7fff, -0x8000] as const
/** From the start of a word: aligned, and not. */
const SKEWS = [0, 1, 3, 4, 7] as const

/** Section 5. */
export function memoryPrograms(): SuiteProgram[] {
  return [
    wideConstants(),
    ...SIZES.flatMap(size => [
      loads(`ldx${size.name}`, size, slot(LDX + MEM + size.code)),
      ...(size.bits === 64 ? [] : [loads(`ldxsx${size.name}`, size, slot(LDX + MEMSX + size.code))]),
      loads(`load_acquire ${size.name}`, size, slot(STX + ATOMIC + size.code, { imm: LOAD_ACQUIRE })),
      stores(`stx${size.name}`, size, slot(STX + MEM + size.code)),
      stores(`store_release ${size.name}`, size, slot(STX + ATOMIC + size.code, { imm: STORE_RELEASE })),
      constantStores(size),
      frame(size),
    ]),
    ...ATOMICS.flatMap(row => ATOMIC_SIZES.flatMap(size => [atomic(row, size), atomicAtOffsets(row, size)])),
  ]
}

/** Section 5.4. */
function wideConstants(): SuiteProgram {
  const values = [
    ...EDGES,
    ...Array.from({ length: 64 }, (_, bit) => 1n << BigInt(bit)),
    ...Array.from({ length: 64 }, (_, bit) => (1n << BigInt(bit)) - 1n),
  ]
  return {
    name: "lddw",
    code: ending(...values.map((value, word) => [...wideConstant(1, value), keep(word, 1)])),
    runs: [{ args: [], cases: values.map((value, word) => ({ name: hex(value), first: word })) }],
  }
}

/** Each offset and skew, from a word with each edge value and its neighbour. */
function loads(name: string, { bits }: Size, load: Slot): SuiteProgram {
  const places = OFFSETS.flatMap(off => (bits === 8 ? [0, 7] : SKEWS).map(skew => ({ off, skew })))
  const steps = places.map(({ off, skew }, index) => [
    ...wideConstant(1, BigInt(WINDOW + skew - off)),
    { ...load, dst: 2, src: 1, off },
    keep(index + 2, 2),
  ])
  return {
    name,
    code: ending(...steps),
    runs: EDGES.map((value, index) => ({
      args: [],
      words: [value, EDGES[EDGES.length - 1 - index]!],
      cases: places.map(({ off, skew }, place) => ({
        name: `byte ${skew} of ${hex(value)} at offset ${off}`,
        first: place + 2,
      })),
    })),
  }
}

/** Each offset and skew, with two words that the store must leave alone around it. */
function stores(name: string, { bits }: Size, store: Slot): SuiteProgram {
  const places = OFFSETS.flatMap(off => (bits === 8 ? [0, 7] : SKEWS).map(skew => ({ off, skew })))
  const steps = places.map(({ off, skew }, index) => [
    ...wideConstant(1, BigInt(WINDOW + index * 24 + 8 + skew - off)),
    { ...store, dst: 1, src: 2, off },
  ])
  return {
    name,
    code: ending(...steps),
    runs: EDGES.map(value => ({
      args: [0n, value],
      cases: places.map(({ off, skew }, place) => ({
        name: `${hex(value)} to byte ${skew} at offset ${off}, and nothing beside it`,
        first: place * 3,
        count: 3,
      })),
    })),
  }
}

function constantStores({ name, code }: Size): SuiteProgram {
  return {
    name: `st${name}`,
    code: ending(
      ...IMMEDIATES.map((imm, index) => slot(ST + MEM + code, { dst: 1, off: index * 24 + 8 + 1, imm })),
    ),
    runs: [
      {
        args: [BigInt(WINDOW)],
        cases: IMMEDIATES.map((imm, index) => ({ name: hex(imm), first: index * 3, count: 3 })),
      },
    ],
  }
}

/** What one size leaves in a slot of the frame, every size reads: bytes around it stay. */
function frame({ name, code, bits }: Size): SuiteProgram {
  const offsets = Array.from({ length: 8 / (bits / 8) }, (_, index) => (index * bits) / 8)
  const steps = offsets.flatMap((at, index) => [
    ...wideConstant(3, 0x1122_3344_5566_7788n),
    slot(0x7b, { dst: 10, src: 3, off: -16 }),
    slot(STX + MEM + code, { dst: 10, src: 1, off: -16 + at }),
    slot(0x79, { dst: 4, src: 10, off: -16 }),
    keep(index * 4, 4),
    slot(0x61, { dst: 4, src: 10, off: -16 }),
    keep(index * 4 + 1, 4),
    slot(0x81, { dst: 4, src: 10, off: -14 }),
    keep(index * 4 + 2, 4),
    slot(0x71, { dst: 4, src: 10, off: -9 }),
    keep(index * 4 + 3, 4),
  ])
  return {
    name: `stx${name} into a part of a frame's slot`,
    code: ending(...steps),
    runs: EDGES.map(value => ({
      args: [value],
      cases: offsets.map((at, index) => ({
        name: `${hex(value)} at byte ${at}`,
        first: index * 4,
        count: 4,
      })),
    })),
  }
}

/** Words: memory and its neighbour, then the operand's register and r0. */
function atomic({ name, imm }: AtomicRow, { bits, code }: Size): SuiteProgram {
  const isCompared = name === "cmpxchg"
  const instruction = slot(STX + ATOMIC + code, { dst: 5, src: 3, imm })
  const run = (old: bigint, operand: bigint): SuiteRun => ({
    args: [isCompared ? operand : 0x5555_6666_7777_8888n, isCompared ? 0x1234_5678_9abc_def0n : operand],
    words: [old, 0xcccc_cccc_cccc_ccccn],
    cases: [{ name: `${hex(old)} with ${hex(operand)}`, first: 0, count: 4 }],
  })
  return {
    name: `atomic ${name}${bits}`,
    code: ending(move(0, 1), move(3, 2), instruction, keep(2, 3), keep(3, 0)),
    runs: EDGES.flatMap(old => EDGES.map(operand => run(old, operand))),
  }
}

function atomicAtOffsets({ name, imm }: AtomicRow, { bits, code }: Size): SuiteProgram {
  const steps = OFFSETS.flatMap((off, index) => {
    const at = WINDOW + index * 24 + 8 - off
    return [
      ...wideConstant(1, BigInt(at)),
      set(0, 3),
      set(3, 5),
      slot(STX + ATOMIC + code, { dst: 1, src: 3, off, imm }),
      keep(256 + index, 3),
    ]
  })
  return {
    name: `atomic ${name}${bits} at an offset`,
    code: ending(...steps),
    runs: [
      {
        args: [],
        words: OFFSETS.flatMap(() => [1n, 3n, 9n]),
        cases: OFFSETS.flatMap((off, index) => [
          { name: `${off}: memory`, first: index * 3, count: 3 },
          { name: `${off}: the operand's register`, first: 256 + index },
        ]),
      },
    ],
  }
}
