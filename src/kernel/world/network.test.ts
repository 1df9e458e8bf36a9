import { describe, expect, test } from "vitest"
import { UsageError } from "../../base/index.ts"
import { parseNetwork } from "./network.ts"

describe("networks", () => {
  test("lose the bits beyond their prefix", () => {
    expect(parseNetwork("10.9.8.7/23")).toEqual({ address: Uint8Array.of(10, 9, 8, 0), prefix: 23 })
    expect(parseNetwork("10.9.8.7")).toEqual({ address: Uint8Array.of(10, 9, 8, 7), prefix: 32 })
    expect([...parseNetwork("fd00:9::1/16").address].slice(0, 4)).toEqual([0xfd, 0, 0, 0])
    expect(parseNetwork("0.0.0.0/0").prefix).toBe(0)
  })

  test.each(["10.9.9.0/33", "fd00::/129", "eth0", "10.9.9.0/", "/8"])("'%s' is none", destination => {
    expect(() => parseNetwork(destination)).toThrow(UsageError)
  })
})
