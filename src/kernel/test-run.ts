import { type Errno, errnoName, errnoText, errorText, LoadError } from "../base/index.ts"
import { CONTEXT_LAYOUTS, PROGRAM_CONTEXTS, returnCodes } from "../catalog/details.ts"
import { type AttachTypeName, PROGRAM_TYPES, type ProgramTypeName } from "../catalog/index.ts"

/** What a program is run on. */
export interface RunInput {
  /** The packet, for programs that see one: at least an Ethernet header of 14 bytes. */
  readonly packet?: Uint8Array
  /**
   * The context as the program's type has it, in bytes or by its fields' names: `struct __sk_buff`, `struct xdp_md` (where `data`
   * and `data_end` are distances from the metadata), a syscall program's own, a raw tracepoint's arguments …
   */
  readonly context?: Uint8Array | ContextValues
}

/** Fields of a context by name; those left out are 0. */
export type ContextValues = Readonly<Record<string, number | bigint | readonly number[]>>

export interface RunOptions extends RunInput {
  /**
   * Runs, one after the other, each on what the one before left; `duration` is their mean. 1 when left out or 0.
   */
  readonly repeat?: number
  /** BPF_F_TEST_* bits. */
  readonly flags?: number
  /** Raw tracepoints with flag BPF_F_TEST_RUN_ON_CPU: where. */
  readonly cpu?: number
  /** XDP with flag BPF_F_TEST_XDP_LIVE_FRAMES: packets at a time. */
  readonly batchSize?: number
  /** Bytes that the packet and the context may have afterwards (ENOSPC beyond); enough when left out. */
  readonly packetRoom?: number
  readonly contextRoom?: number
}

export interface RunResult {
  /** What the program returned, as unsigned 32 bits. */
  readonly result: number
  /** The UAPI's name of it, such as "XDP_DROP", where it has one. */
  readonly action: string | undefined
  /** The packet afterwards; empty for programs without one. */
  readonly packet: Uint8Array
  /** The context afterwards; empty when none was given. */
  readonly context: Uint8Array
  /** Nanoseconds of one run by the clock of the machine that this runs on; 0 where the kernel does not measure. */
  readonly duration: number
}

/** Which program a run is of. */
export interface RunSubject {
  readonly name: string
  readonly type: ProgramTypeName
  readonly attachType: AttachTypeName | undefined
}

/** The context in bytes. Throws LoadError for fields that it does not have. */
export function contextBytes(
  { name, type }: RunSubject,
  context: Uint8Array | ContextValues | undefined,
): Uint8Array | undefined {
  if (context === undefined || context instanceof Uint8Array) return context
  const rules = PROGRAM_CONTEXTS[type]
  if (rules.kind !== "structure")
    throw new LoadError(
      `prog '${name}': test run: the context of ${type} programs has no fields: pass bytes`,
      {
        errno: "EINVAL",
      },
    )
  const layout = CONTEXT_LAYOUTS[rules.layout]
  const bytes = new Uint8Array(layout.size)
  for (const [key, value] of Object.entries(context)) {
    const field = layout.fields.find(field => field.name === key)
    if (!field)
      throw new LoadError(`prog '${name}': test run: ${layout.type} has no field '${key}'`, {
        errno: "EINVAL",
        hint: `skep explain ${type} lists them`,
      })
    const elements = typeof value === "object" ? value : [value]
    for (const [index, element] of elements.entries())
      writeLittleEndian(bytes, field.offset + index * field.size, field.size, element)
  }
  return bytes
}

function writeLittleEndian(bytes: Uint8Array, at: number, size: number, value: number | bigint): void {
  let rest = BigInt.asUintN(size * 8, BigInt(value))
  for (let index = 0; index < size; index++, rest >>= 8n) bytes[at + index] = Number(rest & 0xffn)
}

/** The names that the UAPI gives the program's results. */
export function actionsOf({ type, attachType }: RunSubject): (result: number) => string | undefined {
  const names = new Map(returnCodes(type, attachType).values.map(({ value, name }) => [value, name]))
  return result => names.get(result | 0)
}

/** Which program type a short name stands for. */
export function typeOfProgram(name: string): ProgramTypeName {
  const row = PROGRAM_TYPES.find(row => row.name === name)
  if (!row) throw new Error(`BUG: no program type is called ${name}`)
  return row.name
}

/** A test run that ended with an errno, of whatever number. */
export function failedRun(program: RunSubject, number: number): LoadError {
  const errno = errnoName(number)
  if (errno) return runRefusal(program, errno)
  return new LoadError(`prog '${program.name}': test run: ${errorText(number)}`)
}

/** A test run that a kernel refuses, with the errno of Linux. */
export function runRefusal({ name, type }: RunSubject, errno: Errno, reason?: string): LoadError {
  const because = reason === undefined ? "" : `: ${reason}`
  return new LoadError(`prog '${name}': test run: ${errnoText(errno)} (${errno})${because}`, {
    errno,
    hint:
      errno === "ENOTSUPP"
        ? `Linux has no test run for ${type} programs: attach it instead`
        : `check packet, context and options against what ${type} programs take: \`skep explain ${type}\``,
  })
}
