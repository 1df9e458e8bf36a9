import { UsageError } from "../../base/index.ts"
import { mapType } from "../../catalog/index.ts"
import type { KernelObjects, MapFacts, OpenMap } from "../../kernel/index.ts"
import { selectMap, selectProgram } from "../objects/selectors.ts"
import { parseUnsigned, type Words } from "../objects/words.ts"

/** BPF_ANY, BPF_NOEXIST, BPF_EXIST. */
const FLAGS = { any: 0, noexist: 1, exist: 2 } as const

export function isMapOfMaps({ type }: MapFacts): boolean {
  const name = mapType(type)?.name
  return name === "array_of_maps" || name === "hash_of_maps"
}

export function isMapOfPrograms({ type }: MapFacts): boolean {
  return mapType(type)?.name === "prog_array"
}

export function isPerCpu({ type }: MapFacts): boolean {
  return mapType(type)?.name.includes("percpu") ?? false
}

/** `key DATA` where the map has keys; nothing where it has none (queues, stacks). */
export function parseKey(words: Words, facts: MapFacts): Uint8Array {
  if (facts.keySize === 0) {
    words.end()
    return new Uint8Array(0)
  }
  if (words.take("key") === undefined) throw expected("key", words)
  const key = parseBytes(words, "key", facts.keySize)
  words.end()
  return key
}

/** What `update` takes: key, value and flags, in any order, each once. */
export interface Element {
  readonly key: Uint8Array
  readonly value: Uint8Array | { readonly kind: "map" | "program"; readonly id: number }
  readonly flags: number
}

export function parseElement(words: Words, map: OpenMap, kernel: KernelObjects): Element {
  const { facts } = map
  let key = facts.keySize === 0 ? new Uint8Array(0) : undefined
  let value: Element["value"] | undefined
  let flags: number | undefined
  while (!words.isEmpty) {
    const word = words.take("key", "value", "any", "noexist", "exist")
    switch (word) {
      case "key":
        if (key !== undefined) throw once("key", facts)
        key = parseBytes(words, "key", facts.keySize)
        break
      case "value":
        if (value !== undefined) throw once("value", facts)
        value = parseValue(words, map, kernel)
        break
      case "any":
      case "noexist":
      case "exist":
        if (flags !== undefined) throw new UsageError(`flags specified multiple times: ${word}`)
        flags = FLAGS[word]
        break
      default:
        throw new UsageError(`expected key or value, got: ${words.peek()}`)
    }
  }
  if (key === undefined) throw new UsageError("did not find key")
  if (value === undefined) throw new UsageError("did not find value")
  return { key, value, flags: flags ?? 0 }
}

function parseValue(words: Words, { facts, valueBytes }: OpenMap, kernel: KernelObjects): Element["value"] {
  if (isMapOfMaps(facts)) return { kind: "map", id: selectMap(words, kernel).id }
  if (isMapOfPrograms(facts)) return { kind: "program", id: selectProgram(words, kernel).id }
  const one = parseBytes(words, "value", facts.valueSize)
  if (!isPerCpu(facts)) return one
  // The same on every CPU.
  const stride = Math.ceil(facts.valueSize / 8) * 8
  const all = new Uint8Array(valueBytes)
  for (let at = 0; at < valueBytes; at += stride) all.set(one, at)
  return all
}

/** `[hex] BYTES`: as many as there must be. */
export function parseBytes(words: Words, what: string, size: number): Uint8Array<ArrayBuffer> {
  const base = words.take("hex") === undefined ? 0 : 16
  const bytes = new Uint8Array(size)
  for (let index = 0; index < size; index++) {
    const word = words.peek()
    if (word === undefined) throw new UsageError(`${what} expected ${size} bytes got ${index}`)
    const value = parseUnsigned(word, base)
    if (value === undefined || value > 0xff) throw new UsageError(`error parsing byte: ${word}`)
    bytes[index] = value
    words.next("a byte")
  }
  return bytes
}

function once(what: string, { keySize }: MapFacts): UsageError {
  const hasNone = what === "key" && keySize === 0
  return new UsageError(hasNone ? "this map has no keys" : `${what} specified multiple times`)
}

function expected(what: string, words: Words): UsageError {
  const word = words.peek()
  return new UsageError(word === undefined ? `did not find ${what}` : `expected ${what}, got: ${word}`)
}
