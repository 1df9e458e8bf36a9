import { SkepError, UsageError } from "../../base/index.ts"
import { readObject } from "../../object/index.ts"
import type { Noun, Verb, VerbContext } from "../objects/noun.ts"
import { MAP_TERM, selectMap } from "../objects/selectors.ts"
import type { Words } from "../objects/words.ts"

const pin: Verb = {
  names: ["pin"],
  words: "OBJ PATH [map MAP]",
  summary: "load an object's first program, an iterator, and pin its link: reading that file runs it",
  run: (words, context) => pinIterator(words, context),
}

async function pinIterator(words: Words, context: VerbContext): Promise<void> {
  const file = words.next("an object file")
  const path = words.next("the path to pin under")
  if (!words.isEmpty && words.take("map") === undefined)
    throw new UsageError(`expected 'map', got: '${words.peek()}'`)
  const spec = readObject(await context.io.readFile(file), { name: file })
  const kernel = await context.kernel()
  const map = words.isEmpty ? undefined : selectMap(words, kernel.objects).id
  words.end()
  const loaded = await kernel.load(spec)
  const [program] = Object.values(loaded.programs)
  if (!program) throw new SkepError(`can't find bpf program in objfile ${file}`)
  const link = await program.attach({ kind: "iter", ...(map !== undefined && { map }) })
  await link.pin(path)
}

/** `bpftool iter …`: iterators as files, in bpftool's manner. */
export const noun: Noun = {
  name: "iter",
  summary: "Pins iterators, which then can be read as files.",
  verbs: [pin],
  terms: [MAP_TERM],
}
