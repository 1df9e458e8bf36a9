import { BtfError, UsageError } from "../../base/index.ts"
import { type Btf, formatC, formatRaw, formatRawJson, type TypeId } from "../../btf/index.ts"
import { spreadJson } from "../objects/json-writer.ts"
import type { Verb, VerbContext } from "../objects/noun.ts"
import { selectMap, selectProgram } from "../objects/selectors.ts"
import type { Words } from "../objects/words.ts"
import { btfFromFile, btfFromKernel, type LabelledBtf } from "./sources.ts"

export type DumpFormat = "raw" | "c"

export const dump: Verb = {
  names: ["dump"],
  words: "SOURCE [format FORMAT] [root_id N]...",
  summary: "print the types of a file, or of what a kernel holds",
  async run(words, context) {
    await dumpTypes(words, context)
  },
}

async function dumpTypes(words: Words, context: VerbContext): Promise<void> {
  const source = await readSource(words, context)
  const { format, roots } = readOptions(words)
  if (format === "c" && context.json) throw new UsageError("JSON output for C-syntax dump is not supported")
  const { btf, label } = await source.load()
  const wanted = [...source.roots, ...roots]
  for (const root of wanted)
    if (root < 1 || root >= btf.count)
      throw new BtfError(`${label}: invalid root ID ${root}, there are 1 to ${btf.count - 1}`)
  context.io.out(text(btf, format, wanted as TypeId[], context))
}

function text(btf: Btf, format: DumpFormat, roots: readonly TypeId[], { flags, json }: VerbContext): string {
  const selection = roots.length > 0 ? { roots } : {}
  if (format === "c") return formatC(btf, selection)
  if (!json) return formatRaw(btf, selection)
  const line = formatRawJson(btf, selection)
  return flags.pretty ? `${spreadJson(line)}\n` : line
}

interface Source {
  /** Types that the source itself is about: of a map its key and value. */
  readonly roots: readonly number[]
  load(): Promise<LabelledBtf>
}

async function readSource(words: Words, context: VerbContext): Promise<Source> {
  const base = typeof context.flags.base === "string" ? context.flags.base : undefined
  switch (words.take("map", "prog", "id", "file")) {
    case "map": {
      const kernel = await context.objects()
      const { btfId, keyType, valueType } = selectMap(words, kernel)
      const part = words.take("key", "value", "all", "kv") ?? "kv"
      const roots = { key: [keyType], value: [valueType], kv: [keyType, valueType], all: [] }[part] ?? []
      return { roots, load: () => btfFromKernel(kernel, btfId, base, context.io) }
    }
    case "prog": {
      const kernel = await context.objects()
      const { btfId } = selectProgram(words, kernel)
      return { roots: [], load: () => btfFromKernel(kernel, btfId, base, context.io) }
    }
    case "id": {
      const id = words.number("ID")
      const kernel = await context.objects()
      return { roots: [], load: () => btfFromKernel(kernel, id, base, context.io) }
    }
    case "file": {
      const file = words.next("a file")
      return { roots: [], load: () => btfFromFile(file, base, context.io) }
    }
    default:
      throw new UsageError(`unrecognized BTF source specifier: '${words.peek() ?? ""}'`, {
        hint: "say: skep btf dump file FILE",
      })
  }
}

function readOptions(words: Words): { readonly format: DumpFormat; readonly roots: readonly number[] } {
  let format: DumpFormat = "raw"
  const roots: number[] = []
  while (!words.isEmpty) {
    const option = words.take("format", "root_id")
    if (option === undefined) throw new UsageError(`unrecognized option: '${words.peek()}'`)
    if (words.isEmpty) throw new UsageError(`expecting value for '${option}' option`)
    if (option === "format") format = parseFormat(words.next("a format"))
    else roots.push(parseRoot(words.next("a type id")))
  }
  return { format, roots }
}

function parseFormat(word: string): DumpFormat {
  if (word === "raw" || word === "c") return word
  throw new UsageError(`unrecognized format specifier: '${word}', possible values: raw, c`)
}

function parseRoot(word: string): number {
  if (/^\d{1,9}$/.test(word)) return Number(word)
  throw new UsageError(`can't parse '${word}' as root_id`)
}
