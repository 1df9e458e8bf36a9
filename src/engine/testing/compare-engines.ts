import type { Instruction } from "../../isa/index.ts"
import { InstructionFault } from "../instruction-fault.ts"
import { interpret } from "../interpret.ts"
import type { Machine } from "../machine.ts"
import { execute } from "../wasm/instance.ts"
import { DATA, testMachine } from "./test-machine.ts"

/** What a run left: r0 or a fault, and the bytes of the data page. */
export interface Outcome {
  readonly result: bigint | undefined
  readonly fault: string | undefined
  readonly data: Uint8Array
}

const FUEL = 20_000n
const DATA_BYTES = 1024

/** Helpers that show what they were given: arithmetic on all arguments, and a callback of a fixed one. */
function machine(): Machine {
  return testMachine([args => args.reduce((sum, value) => sum * 31n + value, 7n), ([a, b]) => a - b], {
    fuel: FUEL,
    loopBudget: 50,
  })
}

function outcome(run: typeof interpret, instructions: readonly Instruction[]): Outcome {
  const own = machine()
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

/** Both engines on one program. Fuel is counted differently: a run that uses it up is compared in nothing else. */
export function compareEngines(
  instructions: readonly Instruction[],
): "same" | "out of fuel" | [Outcome, Outcome] {
  const expected = outcome(interpret, instructions)
  const given = outcome(execute, instructions)
  if ([expected, given].some(({ fault }) => fault?.includes("budget of"))) return "out of fuel"
  const isSame =
    expected.result === given.result &&
    expected.fault === given.fault &&
    expected.data.every((byte, index) => byte === given.data[index])
  return isSame ? "same" : [expected, given]
}
