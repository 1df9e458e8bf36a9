import type { Instruction } from "../../isa/index.ts"
import { InstructionFault } from "../instruction-fault.ts"
import { interpret } from "../interpret.ts"
import type { Machine } from "../machine.ts"
import { executeOptimised, executeQuickly } from "./engines.ts"
import { DATA, testMachine } from "./test-machine.ts"

/** What a run left: r0 or a fault, and the bytes of the data page. */
export interface Outcome {
  readonly result: bigint | undefined
  readonly fault: string | undefined
  readonly data: Uint8Array
}

const FUEL = 20_000n
/** The optimising tier's code is entered with enough for loops that pay late. */
const MUCH_FUEL = 400_000n
const DATA_BYTES = 1024

/** Helpers that show what they were given: arithmetic on all arguments, and a callback of a fixed one. */
function machine(fuel: bigint): Machine {
  return testMachine([args => args.reduce((sum, value) => sum * 31n + value, 7n), ([a, b]) => a - b], {
    fuel,
    loopBudget: 50,
  })
}

function outcome(run: typeof interpret, instructions: readonly Instruction[], fuel: bigint): Outcome {
  const own = machine(fuel)
  const bytes = new Uint8Array(own.memory.buffer)
  for (let index = 0; index < DATA_BYTES; index++) bytes[DATA + index] = index * 37
  const data = (): Uint8Array => new Uint8Array(own.memory.buffer).slice(DATA, DATA + DATA_BYTES)
  try {
    const args = [BigInt(DATA), 0x1_0000_0003n, BigInt(DATA + 512), -5n, 0n]
    return { result: run({ instructions }, own, args), fault: undefined, data: data() }
  } catch (error) {
    if (!(error instanceof InstructionFault)) throw error
    return { result: undefined, fault: `${error.slot}: ${error.reason}`, data: data() }
  }
}

/** All engines on one program. Fuel is counted differently: a run that uses it up is compared in nothing else. */
export function compareEngines(
  instructions: readonly Instruction[],
): "same" | "out of fuel" | [Outcome, Outcome] {
  const expected = outcome(interpret, instructions, FUEL)
  const quick = outcome(executeQuickly, instructions, FUEL)
  const optimised = outcome(executeOptimised, instructions, MUCH_FUEL)
  if (isOutOfFuel(expected) || isOutOfFuel(quick)) return "out of fuel"
  for (const given of [quick, optimised]) if (!isSame(expected, given)) return [expected, given]
  return "same"
}

function isOutOfFuel({ fault }: Outcome): boolean {
  return fault?.includes("budget of") === true
}

function isSame(expected: Outcome, given: Outcome): boolean {
  return (
    expected.result === given.result &&
    expected.fault === given.fault &&
    Buffer.compare(expected.data, given.data) === 0
  )
}
