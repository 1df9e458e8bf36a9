import { didYouMean, UsageError } from "../../base/index.ts"
import { MAP_TYPES, mapType } from "../../catalog/index.ts"
import type { KernelObjects, NewMap } from "../../kernel/index.ts"
import type { Verb } from "../objects/noun.ts"
import { selectMap } from "../objects/selectors.ts"
import type { Words } from "../objects/words.ts"

export const create: Verb = {
  names: ["create"],
  words:
    "FILE type TYPE key KEY_SIZE value VALUE_SIZE entries MAX_ENTRIES name NAME [flags FLAGS] [inner_map MAP]",
  summary: "make a map and pin it",
  async run(words, { objects, json }) {
    const path = words.next("the path to pin the map under")
    const kernel = await objects()
    kernel.createMap(parseMap(words, kernel), path)
    json?.null()
  },
}

const NUMBERS = { key: "key size", value: "value size", entries: "max entries", flags: "flags" } as const

function parseMap(words: Words, kernel: KernelObjects): NewMap {
  const numbers = new Map<keyof typeof NUMBERS, number>()
  let [type, name, innerMap]: [number | undefined, string | undefined, number | undefined] = [
    undefined,
    undefined,
    undefined,
  ]
  while (!words.isEmpty) {
    const word = words.take("type", "name", "key", "value", "entries", "flags", "inner_map")
    switch (word) {
      case "type":
        if (type !== undefined) throw new UsageError("map type already specified")
        type = parseType(words.next("a map type"))
        break
      case "name":
        name = words.next("a name")
        break
      case "key":
      case "value":
      case "entries":
      case "flags":
        if (numbers.has(word)) throw new UsageError(`${NUMBERS[word]} already specified`)
        numbers.set(word, words.number(NUMBERS[word]))
        break
      case "inner_map":
        innerMap = selectMap(words, kernel).id
        break
      default:
        throw new UsageError(`unknown arg ${words.peek()}`)
    }
  }
  if (name === undefined) throw new UsageError("map name not specified")
  if (type === undefined) throw new UsageError("map type not specified")
  return {
    type,
    name: name.slice(0, 15),
    keySize: numbers.get("key") ?? 0,
    valueSize: numbers.get("value") ?? 0,
    maxEntries: numbers.get("entries") ?? 0,
    flags: numbers.get("flags") ?? 0,
    innerMap,
  }
}

/** A whole name: more types may come that start with the same letters. */
function parseType(word: string): number {
  const row = mapType(word)
  if (row && row.name === word) return row.number
  const hint = didYouMean(
    word,
    MAP_TYPES.map(({ name }) => name),
  )
  throw new UsageError(`unrecognized map type: ${word}`, hint === undefined ? {} : { hint })
}
