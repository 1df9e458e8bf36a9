import { readFileSync } from "node:fs"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { BtfError } from "../base/index.ts"
import type { Btf } from "./btf.ts"
import { readBtfExt } from "./btf-ext.ts"
import { extractTypes } from "./extract.ts"
import { formatC } from "./format-c.ts"
import { formatRaw, formatRawJson } from "./format-raw.ts"
import { findMember } from "./member.ts"
import { readBtf } from "./read.ts"
import { readValue, writeValue } from "./value.ts"

function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`fixtures/types.${name}`, import.meta.url)))
}

/** The result, or undefined for a BtfError; anything else that is thrown fails the test. */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action()
  } catch (error) {
    if (error instanceof BtfError) return undefined
    throw error
  }
}

/** Everything that can be asked of a BTF. Gives how many types it had. */
function useAll(btf: Btf): number {
  const memory = new Uint8Array(256)
  for (const id of btf.ids()) {
    const type = attempt(() => btf.type(id))
    if (!type) continue
    attempt(() => btf.nameOf(id))
    attempt(() => btf.sizeOf(id))
    attempt(() => btf.alignOf(id))
    attempt(() => btf.resolve(id))
    attempt(() => findMember(btf, id, "low.a[1].value"))
    const value = attempt(() => readValue(btf, id, memory))
    if (value !== undefined) attempt(() => writeValue(btf, id, value, memory))
    attempt(() => btf.find(type.name, type.kind))
  }
  attempt(() => formatRaw(btf))
  attempt(() => formatRawJson(btf))
  attempt(() => formatC(btf))
  attempt(() => extractTypes(btf, [...btf.ids()].slice(0, 3)))
  return btf.count
}

const mutation = fc.array(
  fc.record({ at: fc.nat(), value: fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff)) }),
  { minLength: 1, maxLength: 8 },
)

function mutate(
  bytes: Uint8Array,
  changes: readonly { at: number; value: number }[],
  keep: number,
): Uint8Array {
  const copy = new Uint8Array(bytes)
  for (const { at, value } of changes) copy[keep + (at % (copy.length - keep))] = value
  return copy
}

describe.each(["bpfel", "bpfeb"])("hostile input made from %s", target => {
  const bytes = fixture(`${target}.btf`)
  const ext = fixture(`${target}.btfext`)
  const good = readBtf(bytes)

  test("1,000 mutated BTF blobs each give an answer or a BtfError, in time", () => {
    let opened = 0
    let slowest = 0
    fc.assert(
      fc.property(mutation, fc.constantFrom(0, 24), (changes, keep) => {
        const start = performance.now()
        const btf = attempt(() => readBtf(mutate(bytes, changes, keep)))
        if (btf) {
          opened++
          useAll(btf)
        }
        slowest = Math.max(slowest, performance.now() - start)
      }),
      { numRuns: 1000 },
    )
    expect(opened).toBeGreaterThan(100)
    expect(slowest).toBeLessThan(5000)
  })

  test("every truncation is refused", () => {
    for (let length = 0; length < bytes.length; length++)
      expect(attempt(() => readBtf(bytes.subarray(0, length)))).toBeUndefined()
  })

  test("1,000 mutated BTF.ext sections and every truncation give records or a BtfError", () => {
    fc.assert(
      fc.property(mutation, changes => {
        attempt(() => readBtfExt(mutate(ext, changes, 0), good))
      }),
      { numRuns: 1000 },
    )
    for (let length = 0; length < ext.length; length++)
      expect(attempt(() => readBtfExt(ext.subarray(0, length), good))).toBeUndefined()
  })
})
