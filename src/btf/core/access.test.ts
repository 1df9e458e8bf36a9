import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { RelocationError } from "../../base/index.ts"
import { MAX_ACCESS_LENGTH, parseAccess } from "./access.ts"

describe("parseAccess", () => {
  test("reads indexes between colons", () => {
    expect(parseAccess("0")).toEqual([0])
    expect(parseAccess("0:1:22")).toEqual([0, 1, 22])
  })

  test("gives back what was joined", () => {
    const indexes = fc.array(fc.nat(), { minLength: 1, maxLength: MAX_ACCESS_LENGTH })
    fc.assert(
      fc.property(indexes, list => {
        expect(parseAccess(list.join(":"))).toEqual(list)
      }),
    )
  })

  test.each(["", ":", "0:", ":0", "0::1", "-1", "0:x", " 0", "0x1", "1.5"])("refuses %j", text => {
    expect(() => parseAccess(text)).toThrow(RelocationError)
  })

  test("refuses more steps than libbpf takes, and indexes beyond an int", () => {
    const steps = (count: number) => Array(count).fill("0").join(":")
    expect(parseAccess(steps(64))).toHaveLength(64)
    expect(() => parseAccess(steps(65))).toThrow(/more than 64 steps/)
    expect(() => parseAccess(steps(1_000_000))).toThrow(/more than 64 steps/)
    expect(parseAccess("2147483647")).toEqual([2147483647])
    expect(() => parseAccess("0:2147483648")).toThrow(/2147483648 exceeds/)
  })
})
