import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { isGlob, matchesGlob } from "./glob.ts"

describe("a pattern of functions", () => {
  test.each([
    ["tcp_v4_rcv", "tcp_*", true],
    ["tcp_v4_rcv", "*_rcv", true],
    ["tcp_v4_rcv", "tcp_v?_rcv", true],
    ["tcp_v4_rcv", "tcp_v?rcv", false],
    ["tcp_v4_rcv", "*4*", true],
    ["tcp_v4_rcv", "tcp", false],
    ["tcp_v4_rcv", "tcp_v4_rcv", true],
    ["tcp_v4_rcv", "t**v", true],
    ["aab", "a*ab", true],
    ["abab", "*ab", true],
    ["", "*", true],
    ["", "?", false],
    ["a", "", false],
    ["read.isra.0", "read.*.0", true],
    ["readXisraX0", "read.*.0", false],
  ])("%s against %s: %s", (name, pattern, expected) => {
    expect(matchesGlob(name, pattern)).toBe(expected)
  })

  test("means what the regular expression of the same shape means", () => {
    const text = (letters: string) => fc.string({ unit: fc.constantFrom(...letters), maxLength: 8 })
    fc.assert(
      fc.property(text("ab"), text("ab*?"), (name, pattern) => {
        const source = pattern.replaceAll("*", ".*").replaceAll("?", ".")
        expect(matchesGlob(name, pattern)).toBe(new RegExp(`^${source}$`).test(name))
      }),
    )
  })

  test("with many stars does not take for ever", () => {
    expect(matchesGlob("a".repeat(2000), `${"*a".repeat(200)}b`)).toBe(false)
  })

  test("is told from a name by its signs", () => {
    expect(isGlob("tcp_*")).toBe(true)
    expect(isGlob("tcp_v4_rcv")).toBe(false)
  })
})
