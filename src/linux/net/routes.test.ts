import { describe, expect, test } from "vitest"
import { UsageError } from "../../base/index.ts"
import { parseDestination } from "./routes.ts"

describe("destinations of routes", () => {
  test("lose the bits beyond their prefix", () => {
    expect(parseDestination("10.9.8.7/23")).toEqual({ address: Uint8Array.of(10, 9, 8, 0), length: 23 })
    expect(parseDestination("10.9.8.7")).toEqual({ address: Uint8Array.of(10, 9, 8, 7), length: 32 })
    expect([...parseDestination("fd00:9::1/16").address].slice(0, 4)).toEqual([0xfd, 0, 0, 0])
    expect(parseDestination("0.0.0.0/0").length).toBe(0)
  })

  test.each(["10.9.9.0/33", "fd00::/129", "eth0", "10.9.9.0/", "/8"])("'%s' is none", destination => {
    expect(() => parseDestination(destination)).toThrow(UsageError)
  })
})
