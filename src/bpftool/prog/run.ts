import { SkepError, UsageError } from "../../base/index.ts"
import { writeHostFile } from "../objects/host-file.ts"
import type { Verb, VerbContext } from "../objects/noun.ts"
import { selectProgram } from "../objects/selectors.ts"
import type { Words } from "../objects/words.ts"
import { type ObjectProgram, runFromFile } from "./run-from-file.ts"

const OPTIONS = [
  "data_in",
  "data_out",
  "data_size_out",
  "ctx_in",
  "ctx_out",
  "ctx_size_out",
  "repeat",
] as const
type Option = (typeof OPTIONS)[number]

export const run: Verb = {
  names: ["run"],
  words:
    "{ PROG | file OBJECT [name PROG_NAME] } data_in FILE [data_out FILE [data_size_out L]] [ctx_in FILE [ctx_out FILE [ctx_size_out M]]] [repeat N]",
  summary:
    "run a program on given input (BPF_PROG_TEST_RUN), of the kernel's or of an object that is loaded for it, without --linux into an embedded kernel; FILE - is standard input or output",
  run: (words, context) => testRun(words, context),
}

async function testRun(words: Words, context: VerbContext): Promise<void> {
  const { io, json, out } = context
  const object = words.peek() === "file" ? objectOf(words) : undefined
  const kernel = object ? undefined : await context.objects()
  const program = kernel && selectProgram(words, kernel)
  const options = readOptions(words)
  const repeat = countOf(options, "repeat") ?? 1
  const [data, input] = [
    await readInput(options.get("data_in"), io),
    await readInput(options.get("ctx_in"), io),
  ]
  if (!data && !input) throw new UsageError("expected data_in or ctx_in")
  const wanted = { ...(data && { packet: data }), ...(input && { context: input }), repeat }
  const { result, duration, ...after } = object
    ? await runFromFile(object, wanted, context)
    : kernel!.testRun(program!.id, wanted)
  const write = (): void => {
    writeOutput(after.packet, "data_out", options, context)
    writeOutput(after.context, "ctx_out", options, context)
  }
  if (!json) {
    write()
    out(`Return value: ${result}, duration${repeat > 1 ? " (average)" : ""}: ${duration}ns\n`)
    return
  }
  json.object(() => {
    write()
    json.field("retval", result)
    json.field("duration", duration)
  })
}

/** "file OBJECT [name PROGRAM]". */
function objectOf(words: Words): ObjectProgram {
  words.take("file")
  const path = words.next("a path")
  return { path, program: words.peek() === "name" && words.take("name") ? words.next("a name") : undefined }
}

function readOptions(words: Words): ReadonlyMap<Option, string> {
  const options = new Map<Option, string>()
  while (!words.isEmpty) {
    const word = words.peek() as string
    const fitting = OPTIONS.filter(option => option.startsWith(word))
    if (fitting.length > 1 && word !== fitting[0])
      throw new UsageError(`ambiguous prefix: '${word}' matches '${fitting.join("', '")}'`)
    const option = words.take(...OPTIONS) as Option | undefined
    if (option === undefined)
      throw new UsageError(`expected no more arguments, '${OPTIONS.join("', '")}', got: '${word}'`)
    options.set(option, words.next(`a value for ${option}`))
  }
  if (options.get("data_in") === "-" && options.get("ctx_in") === "-")
    throw new UsageError("cannot use standard input for both data_in and ctx_in")
  return options
}

function countOf(options: ReadonlyMap<Option, string>, option: Option): number | undefined {
  const text = options.get(option)
  if (text === undefined) return undefined
  const count = Number(text)
  if (Number.isInteger(count) && count >= 0) return count
  throw new UsageError(`can't parse ${text} as ${option}`)
}

async function readInput(file: string | undefined, io: VerbContext["io"]): Promise<Uint8Array | undefined> {
  return file === undefined ? undefined : io.readFile(file === "-" ? "/dev/stdin" : file)
}

function writeOutput(
  bytes: Uint8Array,
  option: "data_out" | "ctx_out",
  options: ReadonlyMap<Option, string>,
  { io, json, out }: VerbContext,
): void {
  const file = options.get(option)
  const size = countOf(options, option === "data_out" ? "data_size_out" : "ctx_size_out")
  if (file === undefined || bytes.length === 0) return
  if (size !== undefined && bytes.length > size)
    throw new SkepError(`failed to run program: No space left on device (ENOSPC)`, {
      errno: "ENOSPC",
      hint: `${option} has ${bytes.length} bytes`,
    })
  if (file !== "-") writeHostFile(io, file, bytes)
  else if (json) {
    json.name(option)
    json.numbers(bytes)
  } else out(hexTable(bytes))
}

/** Sixteen bytes a row: offset, hex in pairs, characters. */
export function hexTable(bytes: Uint8Array): string {
  const rows: string[] = []
  for (let at = 0; at < bytes.length; at += 16) {
    const row = Array.from(bytes.subarray(at, at + 16))
    const hex = Array.from({ length: 16 }, (_, index) => {
      const text = row[index] === undefined ? "  " : row[index].toString(16).padStart(2, "0")
      return index % 2 === 1 ? `${text} ` : text
    })
    const letters = row.map((byte, index) => {
      const letter = byte < 0x20 || byte > 0x7e ? "." : String.fromCharCode(byte)
      return index === 7 ? `${letter} ` : letter
    })
    rows.push(`${at.toString(16).padStart(7, "0")}\t${hex.join("")}| ${letters.join("")}\n`)
  }
  return rows.join("")
}
