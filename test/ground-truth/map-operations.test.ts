import { describe, expect, test } from "vitest"
import { errnoNumber, MapError, NotModelledError } from "../../src/base/index.ts"
import type { MapStorage } from "../../src/embedded/maps/index.ts"
import { key, TestHost, value } from "../../src/embedded/testing/test-host.ts"
import { golden, RELEASES } from "./golden.ts"
import { MAP_RUNS, type MapRun } from "./runs.mjs"

/** What is answered otherwise here, by map type and operation. */
const KNOWN: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  // Each CPU's reader is open from the map's creation on; in the recording no slot ever had one.
  4: { "delete 0": "not modelled", "delete 2": "not modelled" },
}

describe.each(RELEASES)("bpf(2) on maps answers as on Linux %s:", release => {
  const { answers } = golden<{ readonly answers: readonly (readonly string[])[] }>(release, "map-operations")

  test.each(MAP_RUNS.map((run, index) => ({ run, index, title: titleOf(run) })))(
    "$title",
    ({ run, index }) => {
      const linux = answers[index] ?? []
      expect(linux.length).toBe(1 + (linux[0] === "0" ? (run.operations?.length ?? 0) : 0))
      const known = KNOWN[run.create[0]] ?? {}
      const steps = ["create", ...(run.operations ?? [])]
      expect(answersOf(release, run).map((answer, at) => `${steps[at]}: ${answer}`)).toEqual(
        linux.map((answer, at) => `${steps[at]}: ${known[steps[at] as string] ?? answer}`),
      )
    },
  )
})

function titleOf({ create: [type, keySize, valueSize, maxEntries, flags], operations = [] }: MapRun): string {
  const sizes = `type ${type}, key ${keySize}, value ${valueSize}, ${maxEntries} entries, flags ${flags}`
  return operations.length === 0 ? sizes : `${sizes}, ${operations.length} operations`
}

/** The same calls on the embedded kernel's map: 0 or −errno, and what lookup and next found. */
function answersOf(release: string, { create, operations = [] }: MapRun): string[] {
  const [type, keySize, valueSize, maxEntries, flags] = create
  const host = new TestHost(2, release)
  let map: MapStorage
  try {
    map = host.map(type, { keySize, valueSize, maxEntries, flags })
  } catch (error) {
    return [failure(error)]
  }
  return ["0", ...operations.map(operation => operate(map, operation))]
}

function operate(map: MapStorage, operation: string): string {
  const [verb, first = "0", second = "0", flags = "0"] = operation.split(" ")
  try {
    return perform(map, verb as string, Number(first), BigInt(second), BigInt(flags))
  } catch (error) {
    return failure(error)
  }
}

const NOT_FOUND = String(-errnoNumber("ENOENT"))

function perform(map: MapStorage, verb: string, number: number, content: bigint, flags: bigint): string {
  switch (verb) {
    case "update":
      map.set(key(number), contentOf(map, content), flags)
      return "0"
    case "lookup": {
      const found = map.get(key(number))
      return found ? `0 ${new DataView(found.buffer).getBigUint64(0, true)}` : NOT_FOUND
    }
    case "delete":
      return map.remove(key(number)) ? "0" : NOT_FOUND
    default: {
      const next = map.nextKey(verb === "first" ? undefined : key(number))
      return next ? `0 ${new DataView(next.buffer).getUint32(0, true)}` : NOT_FOUND
    }
  }
}

/** One value, or the first CPU's with zeros for the other. */
function contentOf(map: MapStorage, content: bigint): Uint8Array {
  const { type, valueSize } = map.attributes
  const isPerCpu = type === 5 || type === 6
  const bytes = new Uint8Array(isPerCpu ? 16 : valueSize)
  bytes.set(value(content).subarray(0, bytes.length))
  return bytes
}

function failure(error: unknown): string {
  if (error instanceof NotModelledError) return "not modelled"
  if (error instanceof MapError && error.errno) return String(-errnoNumber(error.errno))
  throw error
}
