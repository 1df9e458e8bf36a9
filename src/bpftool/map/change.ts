import { ERRNO, errnoName, MapError } from "../../base/index.ts"
import type { KernelObjects, OpenMap } from "../../kernel/index.ts"
import { Exit } from "../exit.ts"
import { hexBytes } from "../objects/formats.ts"
import { JsonWriter } from "../objects/json-writer.ts"
import type { Verb, VerbContext } from "../objects/noun.ts"
import { selectMap } from "../objects/selectors.ts"
import type { Words } from "../objects/words.ts"
import { parseElement, parseKey } from "./elements.ts"
import { entryJson, entryPlain, entryTypes, strerror, typedEntry } from "./entry.ts"

export const lookup: Verb = {
  names: ["lookup"],
  words: "MAP [key DATA]",
  summary: "print the value under a key",
  run: (words, context) => withMap(words, context, printValue),
}

export const peek: Verb = {
  names: ["peek"],
  words: "MAP",
  summary: "print what a queue or stack gives next, and leave it there",
  run: (words, context) => withMap(words, context, printValue),
}

function printValue(map: OpenMap, kernel: KernelObjects, words: Words, context: VerbContext): void {
  const key = parseKey(words, map.facts)
  const value = map.lookup(key)
  if (value instanceof Uint8Array) {
    printEntry(map, kernel, key, value, context)
    return
  }
  if (value.errno !== ERRNO.ENOENT[0]) throw lookupFailed(map, value.errno)
  if (context.json) context.out("null\n")
  else context.out(`key:\n${hexBytes(key)}\n\nNot found\n`)
  throw new Exit(1)
}

function lookupFailed({ facts }: OpenMap, number: number): MapError {
  const errno = errnoName(number)
  const text = `map ${facts.id} '${facts.name}': lookup failed: ${strerror(number)}`
  return new MapError(`${text}${errno ? ` (${errno})` : ""}`, errno ? { errno } : {})
}

function printEntry(
  map: OpenMap,
  kernel: KernelObjects,
  key: Uint8Array,
  value: Uint8Array,
  { json, out }: VerbContext,
): void {
  const types = entryTypes(map.facts, kernel)
  if (json) entryJson(map.facts, types, key, value, json)
  else if (types) {
    const text = new JsonWriter(true)
    typedEntry(map.facts, types, key, value, text, true)
    out(`${text.text}\n`)
  } else out(entryPlain(map.facts, key, value))
}

function updating(name: string, words: string, summary: string): Verb {
  return {
    names: [name],
    words,
    summary,
    run: (given, context) =>
      withMap(given, context, (map, kernel) => {
        const { key, value, flags } = parseElement(given, map, kernel)
        if (value instanceof Uint8Array) map.update(key, value, flags)
        else map.updateReference(key, value.kind, value.id, flags)
        context.json?.null()
      }),
  }
}

export const update = updating(
  "update",
  "MAP [key DATA] [value VALUE] [any | exist | noexist]",
  "put a value under a key",
)
export const push = updating("push", "MAP value VALUE", "put a value onto a stack")
export const enqueue = updating("enqueue", "MAP value VALUE", "put a value into a queue")

function taking(name: string, summary: string): Verb {
  return {
    names: [name],
    words: "MAP",
    summary,
    run: (words, context) =>
      withMap(words, context, (map, kernel) => {
        const key = parseKey(words, map.facts)
        const value = map.take(key)
        if (value) printEntry(map, kernel, key, value, context)
        else {
          context.out(context.json ? "null\n" : "Error: empty map\n")
          throw new Exit(1)
        }
      }),
  }
}

export const pop = taking("pop", "take the newest value off a stack, and print it")
export const dequeue = taking("dequeue", "take the oldest value out of a queue, and print it")

export const getnext: Verb = {
  names: ["getnext"],
  words: "MAP [key DATA]",
  summary: "print the key that follows one, or the first",
  run: (words, context) =>
    withMap(words, context, map => {
      const { json, out } = context
      const key = words.isEmpty ? undefined : parseKey(words, map.facts)
      const next = map.nextKey(key)
      if (!next)
        throw new MapError("can't get next key: No such file or directory (ENOENT)", { errno: "ENOENT" })
      if (!json) {
        out(`${key ? `key:\n${hexBytes(key)}\n` : "key: None\n"}next key:\n${hexBytes(next)}\n`)
        return
      }
      json.object(() => {
        json.name("key")
        if (key) json.bytes(key)
        else json.null()
        json.name("next_key")
        json.bytes(next)
      })
    }),
}

export const remove: Verb = {
  names: ["delete"],
  words: "MAP key DATA",
  summary: "delete a key and its value",
  run: (words, context) =>
    withMap(words, context, map => {
      map.delete(parseKey(words, map.facts))
      context.json?.null()
    }),
}

export const freeze: Verb = {
  names: ["freeze"],
  words: "MAP",
  summary: "make a map read-only for user space, for good",
  run: (words, context) =>
    withMap(words, context, map => {
      words.end()
      map.freeze()
      context.json?.null()
    }),
}

export const pin: Verb = {
  names: ["pin"],
  words: "MAP FILE",
  summary: "keep a map under a path of a BPF file system",
  async run(words, { objects, json }) {
    const kernel = await objects()
    const { id } = selectMap(words, kernel)
    const path = words.next("a path")
    words.end()
    kernel.pin("map", id, path)
    json?.null()
  },
}

async function withMap(
  words: Words,
  context: VerbContext,
  act: (map: OpenMap, kernel: KernelObjects, words: Words, context: VerbContext) => void,
): Promise<void> {
  const kernel = await context.objects()
  using map = kernel.openMap(selectMap(words, kernel).id)
  act(map, kernel, words, context)
}
