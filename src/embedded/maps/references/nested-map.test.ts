import { describe, expect, test } from "vitest"
import { key, TestHost } from "../../testing/test-host.ts"
import { lookupElement, updateElement } from "../commands/index.ts"
import type { MapStorage } from "../map-storage.ts"

const [HASH, ARRAY, ARRAY_OF_MAPS, HASH_OF_MAPS] = [1, 2, 12, 13]

function nested(type: number, inner: MapStorage, host: TestHost): MapStorage {
  return host.map(type, { valueSize: 4, innerId: inner.id })
}

describe.each([
  ["an array of maps", ARRAY_OF_MAPS],
  ["a hash of maps", HASH_OF_MAPS],
])("%s", (_name, type) => {
  test("gives programs the inner map, and user space its id", () => {
    const host = new TestHost()
    const inner = host.map(HASH)
    const outer = nested(type, inner, host)
    updateElement(outer, key(1), key(inner.id))
    expect(outer.lookup(host.put(key(1)))).toBe(inner.address)
    expect(outer.lookup(host.put(key(0)))).toBe(0)
    expect(lookupElement(outer, key(1))).toEqual(key(inner.id))
    expect(lookupElement(outer, key(0))).toBeUndefined()
  })

  test("takes only maps that are like the template, and says how another one differs", () => {
    const host = new TestHost()
    const outer = nested(type, host.map(HASH), host)
    const refusal = (map: MapStorage) => () => updateElement(outer, key(1), key(map.id))
    expect(refusal(host.map(ARRAY))).toThrow("'tested' cannot be an inner map: it is no hash (EINVAL)")
    expect(refusal(host.map(HASH, { valueSize: 4 }))).toThrow("its values have 4 bytes, not 8")
    expect(refusal(host.map(HASH, { flags: 1 }))).toThrow("its flags are others")
    expect(refusal(host.map(HASH, { maxEntries: 99 }))).not.toThrow()
    expect(() => updateElement(outer, key(1), key(900))).toThrow("there is no map with id 900 (EBADF)")
  })

  test("needs a template, and is none itself", () => {
    const host = new TestHost()
    const outer = nested(type, host.map(HASH), host)
    expect(() => host.map(type, { valueSize: 4 })).toThrow(
      "it needs a map as a template of the inner ones (EINVAL)",
    )
    expect(() => nested(type, outer, host)).toThrow("maps of maps do not nest any further (EINVAL)")
  })
})

test("an array of maps refuses arrays of another size, unless they may vary", () => {
  const host = new TestHost()
  const [fixed, varying] = [0, 1 << 12].map(flags => nested(ARRAY_OF_MAPS, host.map(ARRAY, { flags }), host))
  const larger = (flags: number) => key(host.map(ARRAY, { flags, maxEntries: 50 }).id)
  expect(() => updateElement(fixed as MapStorage, key(0), larger(0))).toThrow("it has 50 entries, not 2")
  expect(() => updateElement(varying as MapStorage, key(0), larger(1 << 12))).not.toThrow()
})
