import { SkepError, UsageError } from "../../base/index.ts"
import { execute, interpret, type Machine } from "../../engine/index.ts"
import {
  decodeInstructions,
  formatInstruction,
  type Instruction,
  type IsaVersion,
  isaVersion,
  operationOf,
} from "../../isa/index.ts"
import { readObject } from "../../object/index.ts"
import type { Io } from "../io.ts"

export interface ExecOptions {
  /** Hexadecimal. */
  readonly memory: string
  readonly engine: "wasm" | "interpreter"
  /** The newest instructions that may be in the program. */
  readonly version: IsaVersion
  /** Standard input is an object file. */
  readonly elf: boolean
}

const PAGE = 0x1_0000
const STACK = { base: PAGE, size: 0x4000 }
const MEMORY = PAGE + STACK.size
/** More than any test takes, far from forever. */
const FUEL = 1_000_000_000n
const FIRST_ARGUMENT = 5

/** Runs the program on standard input and prints r0. Throws SkepError for everything a user can mend. */
export async function runExec(options: ExecOptions, io: Io): Promise<void> {
  const memory = fromHex(options.memory, "the memory")
  const input = await io.readFile("/dev/stdin")
  const instructions = options.elf ? onlyProgram(input) : rawProgram(input)
  checkVersion(instructions, options.version)
  const machine = machineWith(memory)
  const run = options.engine === "wasm" ? execute : interpret
  const result = run({ instructions }, machine, [BigInt(MEMORY), BigInt(memory.length)])
  io.out(`${result.toString(16)}\n`)
}

function fromHex(text: string, what: string): Uint8Array {
  const digits = text.replace(/\s|^0x/g, "")
  const wrong = /[^0-9a-fA-F]/.exec(digits)
  if (wrong) throw new UsageError(`${what}: '${wrong[0]}' is no hexadecimal digit`)
  if (digits.length % 2 === 1) throw new UsageError(`${what}: ${digits.length} digits make no whole bytes`)
  return Uint8Array.from({ length: digits.length / 2 }, (_, index) =>
    Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16),
  )
}

function rawProgram(input: Uint8Array): Instruction[] {
  const bytes = fromHex(new TextDecoder("latin1").decode(input), "the program")
  if (bytes.length === 0 || bytes.length % 8 !== 0)
    throw new UsageError(`the program: ${bytes.length} bytes are no whole number of instructions of 8`)
  return decodeInstructions(bytes, true)
}

function onlyProgram(input: Uint8Array): readonly Instruction[] {
  const { programs } = readObject(input, { name: "stdin" })
  const [program, another] = programs
  if (!program || another)
    throw new SkepError(`the object has ${programs.length} programs, one is wanted`, {
      hint: programs.map(({ name }) => name).join(", "),
    })
  return program.instructions
}

function checkVersion(instructions: readonly Instruction[], newest: IsaVersion): void {
  for (let slot = 0; slot < instructions.length; slot++) {
    const operation = operationOf(instructions, slot)
    const version = isaVersion(operation)
    if (version > newest)
      throw new SkepError(
        `instruction ${slot}: ${formatInstruction(instructions, slot)}: it came with v${version} (EINVAL)`,
        { errno: "EINVAL", hint: `say --cpu v${version}` },
      )
    if (operation.kind === "load64") slot++
  }
}

function machineWith(bytes: Uint8Array): Machine {
  const pages = Math.ceil((MEMORY + bytes.length) / PAGE) + 1
  const memory = new WebAssembly.Memory({ initial: pages })
  new Uint8Array(memory.buffer).set(bytes, MEMORY)
  const refuse = (what: string): never => {
    throw new SkepError(`${what} is not there: raw programs have helper ${FIRST_ARGUMENT} alone (ENOENT)`, {
      errno: "ENOENT",
    })
  }
  return {
    memory,
    stack: STACK,
    fuel: FUEL,
    call: (helper, [first]) => (helper === FIRST_ARGUMENT ? first : refuse(`helper ${helper}`)),
    callKfunc: id => refuse(`kernel function ${id}`),
  }
}
