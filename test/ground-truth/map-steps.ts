import { errnoNumber, MapError, NotModelledError } from "../../src/base/index.ts"
import type { TypeId } from "../../src/btf/index.ts"
import {
  type BatchToken,
  deleteBatch,
  deleteElement,
  freezeMap,
  type HeldSocket,
  hasElement,
  lookupElement,
  type MapStorage,
  nextElementKey,
  readBatch,
  shownFlags,
  takeElement,
  updateBatch,
  updateElement,
} from "../../src/embedded/maps/index.ts"
import { TestHost } from "../../src/embedded/testing/test-host.ts"
import { typesOfMapRuns } from "./map-types.ts"
import { foundKey, isPerCpu, NOT_FOUND, nameOf, numberText, outcome } from "./map-words.ts"

const CPUS = 2
/** A program and a task that are there, as map-operations.c has them. */
const PROGRAM_ID = 700
/** The id of nothing. */
const NOBODY = 0x7ffffff0
const NO_DESCRIPTOR = String(-errnoNumber("EBADF"))
const BAD_BTF = "900"
const MOST_KEYS = 16

/** Whatever is open has an inode. */
const ANY_DESCRIPTOR = /^[a-z]/
const SOCKETS = /^(udp|udp-bound|tcp|tcp-connected)$/
const CGROUP_ID = 900_001

/** Where Linux takes a descriptor, the embedded kernel takes the id of the one kind of thing that the map holds. */
const HELD: Readonly<Record<string, RegExp>> = {
  sockmap: SOCKETS,
  sockhash: SOCKETS,
  reuseport_sockarray: SOCKETS,
  sk_storage: SOCKETS,
  inode_storage: ANY_DESCRIPTOR,
  cgroup_array: /^cgroup$/,
  cgrp_storage: /^cgroup$/,
  prog_array: /^program$/,
  array_of_maps: /^map:/,
  hash_of_maps: /^map:/,
  task_storage: /^process$/,
}

/** The sockets of map-operations.c. */
const SOCKET_WORDS = ["udp", "udp-bound", "tcp", "tcp-connected"]
const FIRST_SOCKET = 800_001

/** What has an inode of its own, of all that map-operations.c opens. */
const INODE_WORDS = ["file", "cgroup", ...SOCKET_WORDS, "process"]
const FIRST_INODE = 700_001

function socketOf(word: string, at: number): HeldSocket {
  const [protocol, state] = word.split("-") as ["tcp" | "udp", string | undefined]
  return {
    ...{ contextAddress: 0, owner: 0x300_0000 + at * 0x1000, cookie: BigInt(at + 1), protocol },
    ...{ isEstablished: state === "connected", isListening: false, sharesPort: false },
    isBound: state !== undefined,
    serve: () => undefined,
  }
}

type Words = readonly string[]

const typesOfSteps = typesOfMapRuns()

/** Answers the steps of one run as map-operations.c does in a guest, with the maps of the embedded kernel. */
export function answersOnEmbedded(release: string, steps: readonly string[]): string[] {
  const run = new MapSteps(release)
  return steps.map(step => run.answer(step))
}

class MapSteps {
  readonly #host: TestHost
  readonly #maps: (MapStorage | undefined)[] = []
  #current: MapStorage | undefined
  #token: BatchToken
  /** Something in the step is of a kind that has no id here. */
  #isForeign = false

  constructor(release: string) {
    this.#host = new TestHost(CPUS, release)
    const tailCalled = { instructions: [], describe: () => "" }
    for (const [at, word] of SOCKET_WORDS.entries())
      this.#host.sockets.set(FIRST_SOCKET + at, socketOf(word, at))
    for (const [at] of INODE_WORDS.entries())
      this.#host.inodes.set(FIRST_INODE + at, this.#host.memory.alloc(64))
    this.#host.groups.set(CGROUP_ID, this.#host.memory.alloc(64))
    this.#host.programs.set(PROGRAM_ID, { id: PROGRAM_ID, name: "filter", type: "socket_filter", tailCalled })
  }

  answer(step: string): string {
    this.#isForeign = false
    const answer = this.#answer(step.split(" "))
    // All that the embedded kernel can say is that nothing has this id; Linux knows what the descriptor is of.
    return this.#isForeign && answer.startsWith(NO_DESCRIPTOR) ? "not modelled" : answer
  }

  #answer(words: Words): string {
    try {
      if (words[0] === "create") return this.#create(words.slice(1))
      if (words[0] === "use") {
        this.#current = this.#maps[Number(words[1])]
        return "0"
      }
      return this.#current ? this.#operate(this.#current, words) : "no map"
    } catch (error) {
      return failure(error)
    }
  }

  #create(words: Words): string {
    const [type = 0, keySize = 0, valueSize = 0, maxEntries = 0, flags = 0] = words.slice(0, 5).map(Number)
    const named = new Map(words.slice(5).map(word => word.split("=") as [string, string]))
    const number = (name: string): number => Number(named.get(name) ?? 0)
    const inner = named.get("inner")
    const [key, value, kernelValue] = [number("key"), number("value"), number("vmlinux")]
    const btf = named.get("btf") === BAD_BTF ? undefined : typesOfSteps
    this.#maps.push(undefined)
    const map = this.#host.map(type, {
      ...{ keySize, valueSize, maxEntries, flags, extra: BigInt(named.get("extra") ?? 0) },
      ...{ numaNode: number("numa"), device: number("device") },
      ...(inner === undefined ? {} : { innerId: this.#maps[Number(inner)]?.id ?? Number(inner) }),
      ...(key || value || kernelValue
        ? { types: { btf, key: key as TypeId, value: value as TypeId, kernelValue } }
        : {}),
    })
    this.#maps[this.#maps.length - 1] = map
    this.#current = map
    return "0"
  }

  #operate(map: MapStorage, words: Words): string {
    const [verb, first = "", second, third] = words
    const { attributes } = map
    const key = (): Uint8Array | undefined => this.#bytes(first, attributes.keySize)
    switch (verb) {
      case "info": {
        const { keySize, valueSize, maxEntries, extra } = attributes
        return `0 key=${keySize} value=${valueSize} entries=${maxEntries} flags=${shownFlags(map)} extra=${extra}`
      }
      case "lookup":
        if (nameOf(map) === "bloom_filter" && second === undefined)
          return this.#ask(map, new Uint8Array(attributes.valueSize), key())
        return this.#found(map, lookupElement(map, key(), BigInt(second ?? 0)))
      case "take":
        return this.#found(map, takeElement(map, key(), BigInt(second ?? 0)))
      case "has":
        return this.#ask(map, this.#value(map, first), undefined)
      case "update":
        updateElement(map, key(), this.#value(map, second ?? ""), BigInt(third ?? 0))
        return "0"
      case "delete":
        return deleteElement(map, key()) ? "0" : NOT_FOUND
      case "first":
        return foundKey(nextElementKey(map, undefined))
      case "next":
        return foundKey(nextElementKey(map, key()))
      case "walk":
        return this.#walk(map)
      case "freeze":
        freezeMap(this.#host, map)
        return "0"
      default:
        return this.#batch(map, words)
    }
  }

  #ask(map: MapStorage, value: Uint8Array | undefined, key: Uint8Array | undefined): string {
    return hasElement(map, value, key) ? "0" : NOT_FOUND
  }

  #found(map: MapStorage, value: Uint8Array | undefined): string {
    return value ? `0 ${this.#text(map, value)}` : NOT_FOUND
  }

  #walk(map: MapStorage): string {
    const keys: string[] = []
    let result = NOT_FOUND
    try {
      let key = nextElementKey(map, undefined)
      while (key && keys.length < MOST_KEYS) {
        keys.push(numberText(key))
        key = nextElementKey(map, key)
      }
    } catch (error) {
      result = failure(error)
    }
    return [result, ...keys.sort()].join(" ")
  }

  #batch(map: MapStorage, [verb, first = "0", ...more]: Words): string {
    const { keySize } = map.attributes
    const given = verb === "batch-lookup" || verb === "batch-take" ? Number(first) : more.length
    const part = (word: string, index: number): string => word.split("=")[index] ?? ""
    const key = (word: string): Uint8Array => this.#bytes(part(word, 0), keySize) ?? new Uint8Array(keySize)
    const value = (word: string): Uint8Array =>
      this.#value(map, part(word, 1)) ?? new Uint8Array(map.attributes.valueSize)
    try {
      switch (verb) {
        case "batch-update":
          return outcome(
            updateBatch(
              map,
              more.map(word => [key(word), value(word)]),
              BigInt(first),
            ),
          )
        case "batch-delete":
          return outcome(deleteBatch(map, more.map(key), BigInt(first)))
        default: {
          const token = more[0] === "on" ? this.#token : undefined
          const options = { takes: verb === "batch-take", flags: BigInt(more[1] ?? 0) }
          const batch = readBatch(map, given, token, options)
          this.#token = batch.token
          const elements = batch.elements.map(
            ([key, value]) => `${numberText(key)}=${this.#text(map, value)}`,
          )
          return [outcome(batch), ...elements.sort()].join(" ")
        }
      }
    } catch (error) {
      return `${failure(error)} ${given}`
    }
  }

  #value(map: MapStorage, word: string): Uint8Array | undefined {
    const { valueSize } = map.attributes
    if (!isPerCpu(map)) return this.#bytes(word, valueSize)
    if (word === "null") return undefined
    const stride = Math.ceil(valueSize / 8) * 8
    const bytes = new Uint8Array(stride * CPUS)
    word.split("/").forEach((each, cpu) => {
      bytes.set(this.#bytes(each, valueSize) ?? [], cpu * stride)
    })
    return bytes
  }

  /** Numbers, bytes and descriptors in the words of the table. */
  #bytes(word: string, size: number): Uint8Array | undefined {
    if (word === "null") return undefined
    const bytes = new Uint8Array(size)
    if (word.startsWith("x")) {
      for (let at = 0; 2 * at + 1 < word.length; at++)
        bytes[at] = Number.parseInt(word.slice(1 + 2 * at, 3 + 2 * at), 16)
      return bytes
    }
    let rest = /^\d/.test(word) ? BigInt(word) : BigInt(this.#id(word))
    for (let at = 0; at < Math.min(size, 8); at++, rest >>= 8n) bytes[at] = Number(rest & 0xffn)
    return bytes
  }

  /** What the embedded kernel takes where Linux takes a descriptor. */
  #id(word: string): number {
    if (!this.#current || !HELD[nameOf(this.#current)]?.test(word)) {
      this.#isForeign = true
      return NOBODY
    }
    if (nameOf(this.#current) === "inode_storage") return FIRST_INODE + INODE_WORDS.indexOf(word)
    if (word === "program") return PROGRAM_ID
    if (word === "cgroup") return CGROUP_ID
    if (SOCKETS.test(word)) return FIRST_SOCKET + SOCKET_WORDS.indexOf(word)
    if (word === "process") return this.#host.task.pid
    return this.#maps[Number(word.slice(4))]?.id ?? 0
  }

  #text(map: MapStorage, value: Uint8Array): string {
    const name = nameOf(map)
    if (name === "prog_array") return "program"
    if (name === "array_of_maps" || name === "hash_of_maps") {
      const id = Number(numberText(value))
      return `map:${this.#maps.findIndex(each => each?.id === id)}`
    }
    if (!isPerCpu(map)) return numberText(value)
    const { valueSize } = map.attributes
    const stride = value.length / CPUS
    return Array.from({ length: CPUS }, (_, cpu) =>
      numberText(value.subarray(cpu * stride, cpu * stride + valueSize)),
    ).join("/")
  }
}

export function failure(error: unknown): string {
  if (error instanceof NotModelledError) return "not modelled"
  if (error instanceof MapError && error.errno) return String(-errnoNumber(error.errno))
  throw error
}
