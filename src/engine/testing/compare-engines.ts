import type { Instruction } from "../../isa/index.ts"
import { InstructionFault } from "../instruction-fault.ts"
import type { ExecutableProgram, Machine } from "../machine.ts"
import { ENGINES } from "./engines.ts"
import { randomHelpers } from "./random/helpers.ts"
import { DATA, initialMemory, MEMORY_BYTES, ROOM, STACK } from "./random/layout.ts"

/** A program with all that its run depends on. */
export interface EngineCase {
  readonly code: readonly Instruction[]
  /** Whom it tail-calls. */
  readonly next: readonly Instruction[]
  /** r1 … r5 */
  readonly args: readonly bigint[]
  /** Which of a few memories it starts with. */
  readonly memory: number
}

/** How a run ended: with r0, or by a fault. */
export interface Outcome {
  readonly engine: string
  readonly result: bigint | undefined
  readonly fault: string | undefined
  /** Bytes that it changed where no program may. */
  readonly trespass: string | undefined
}

export type Comparison =
  | { readonly kind: "result" }
  | { readonly kind: "fault"; readonly fault: string }
  /** Engines count fuel differently: nothing is compared but that a run stopped, and kept to its memory. */
  | { readonly kind: "out of fuel" }
  | { readonly kind: "different"; readonly outcomes: readonly Outcome[]; readonly where: string | undefined }

const FUEL = 30_000n
/** Loops of the optimising tier pay late, and its code is entered only with enough for that. */
const MUCH_FUEL = 430_000n
const LOOP_BUDGET = 50
/** The engines' own, at the bottom of the stack. */
const MAILBOX = { start: STACK.base, end: STACK.base + 512 }
const WHOLE_STACK = { start: STACK.base, end: STACK.base + STACK.size }

interface Bench {
  readonly name: string
  readonly run: (typeof ENGINES)[number][1]
  readonly machine: Machine
}

let next: ExecutableProgram = { instructions: [] }
const BENCHES: readonly Bench[] = ENGINES.map(([name, run]) => {
  const memory = new WebAssembly.Memory({ initial: MEMORY_BYTES / 0x1_0000 })
  const machine = {
    memory,
    stack: { ...STACK },
    fuel: name === "optimising tier" ? MUCH_FUEL : FUEL,
    loopBudget: LOOP_BUDGET,
    ...randomHelpers(memory, () => next),
  }
  return { name, run, machine }
})

/** r1 … r5 of most runs: two pointers, and numbers of both signs. */
export const ARGUMENTS: readonly bigint[] = [BigInt(ROOM), 0x1_0000_0003n, BigInt(ROOM + 512), -5n, 0n]

const MEMORIES = Array.from({ length: 8 }, (_, seed) => new Uint32Array(initialMemory(seed + 1).buffer))

/**
 * One program on every engine, each with a memory that starts alike. Results, faults, and all of memory must be the same
 * afterwards, but for the stack of a program that was stopped. The first 64 KiB must be what they were.
 */
export function compareEngines(subject: EngineCase): Comparison {
  const initial = MEMORIES[subject.memory % MEMORIES.length]!
  next = { instructions: subject.next }
  const outcomes = BENCHES.map(bench => outcomeOf(bench, subject, initial))
  const [expected] = outcomes as [Outcome]
  // What ends on others' fuel must end on much more.
  const isStopped = outcomes.some(
    ({ engine, fault }) => engine !== "optimising tier" && fault?.includes("budget of"),
  )
  const isClean = outcomes.every(({ trespass }) => trespass === undefined)
  if (isStopped && isClean) return { kind: "out of fuel" }
  // Frames of a stopped program are not written back from registers.
  const ignored = expected.fault === undefined ? MAILBOX : WHOLE_STACK
  const where = BENCHES.map(({ machine }) => firstDifference(BENCHES[0]!.machine, machine, ignored)).find(
    Boolean,
  )
  const isSame = outcomes.every(({ result, fault }) => result === expected.result && fault === expected.fault)
  if (!isSame || !isClean || where !== undefined) return { kind: "different", outcomes, where }
  return expected.fault === undefined ? { kind: "result" } : { kind: "fault", fault: expected.fault }
}

function outcomeOf({ name, run, machine }: Bench, { code, args }: EngineCase, initial: Uint32Array): Outcome {
  const words = new Uint32Array(machine.memory.buffer)
  words.set(initial)
  const end = (result: bigint | undefined, fault: string | undefined): Outcome => ({
    engine: name,
    result,
    fault,
    trespass: trespassOf(words, initial),
  })
  try {
    return end(run({ instructions: code }, machine, args), undefined)
  } catch (error) {
    if (error instanceof InstructionFault) return end(undefined, `${error.slot}: ${error.reason}`)
    return end(undefined, `not a fault: ${error instanceof Error ? error.stack : error}`)
  }
}

function trespassOf(words: Uint32Array, initial: Uint32Array): string | undefined {
  for (let word = 0; word < DATA / 4; word++)
    if (words[word] !== initial[word]) return `0x${(word * 4).toString(16)} was changed`
  return undefined
}

/** The lowest address at which two memories are different. */
function firstDifference(one: Machine, other: Machine, ignored: typeof MAILBOX): string | undefined {
  const [left, right] = [new Uint32Array(one.memory.buffer), new Uint32Array(other.memory.buffer)]
  for (let word = 0; word < left.length; word++) {
    if (left[word] === right[word]) continue
    const address = word * 4
    if (address >= ignored.start && address < ignored.end) continue
    return `0x${address.toString(16)} holds 0x${right[word]!.toString(16)} instead of 0x${left[word]!.toString(16)}`
  }
  return undefined
}
