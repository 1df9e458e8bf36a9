import { describe, expect, test } from "vitest"
import { errnoNumber } from "../../base/index.ts"
import { TestHost } from "../testing/test-host.ts"

const EINVAL = -errnoNumber("EINVAL")

type Argument = bigint | number | string

/** What bpf_trace_vprintk writes; text arguments stand in kernel memory. */
function printed(format: string, ...args: Argument[]): string | number | undefined {
  const host = new TestHost()
  const words = args.map(arg => BigInt.asUintN(64, BigInt(typeof arg === "string" ? host.put(arg) : arg)))
  const data = words.length > 0 ? host.put(words) : 0
  const size = new TextEncoder().encode(format).length + 1
  const result = host.call("bpf_trace_vprintk", [host.put(format), size, data, words.length * 8])
  return (result as number) < 0 ? (result as number) : host.printed[0]
}

describe("formats", () => {
  test.each<[string, Argument[], string]>([
    ["%d %i", [-1, -2], "-1 -2"],
    ["%u %x %X", [-1, 0xabc, 0xabc], "4294967295 abc ABC"],
    ["%ld %lld %lu %llx", [-1, -1, -1, -1], "-1 -1 18446744073709551615 ffffffffffffffff"],
    ["[%5d] [%-5d] [%05d]", [42, 42, 42], "[   42] [42   ] [00042]"],
    ["%d", [0x1_ffff_ffff], "-1"],
    ["%c%c%%", [0x61, 0x62], "ab%"],
    ["%s|%s", ["one", 0], "one|"],
    ["%pks", ["kernel"], "kernel"],
    ["[%6s] [%-6s]", ["abc", "abc"], "[   abc] [abc   ]"],
    ["%ps", [0xffff_ffff_8100_0010n], "_text"],
    ["%pS", [0xffff_ffff_8100_0010n], "_text+0x10"],
    ["%px", [0x123], "0000000000000123"],
  ])("%s", (format, args, text) => {
    expect(printed(format, ...args)).toBe(text)
  })

  test("%p hides the address", () => {
    const text = printed("%p", 0x200_1234)
    expect(text).toMatch(/^[0-9a-f]{16}$/)
    expect(text).not.toContain("2001234")
    expect(printed("%p", 0x200_1234)).toBe(text)
  })

  test("%pI4 and %pI6 print the bytes they point to", () => {
    const host = new TestHost()
    const address = host.put(Uint8Array.of(192, 168, 0, 1))
    const format = host.put("%pI4 %pi4")
    host.call("bpf_trace_vprintk", [format, 10, host.put([BigInt(address), BigInt(address)]), 16])
    expect(host.printed).toEqual(["192.168.0.1 192.168.000.001"])
  })

  test.each([
    ["an unknown directive", "%q", [1]],
    ["an alternate form", "%#x", [1]],
    ["a precision", "%.3d", [1]],
    ["lengths below int", "%hd", [1]],
    ["letters behind %p", "%pz", [1]],
    ["too few arguments", "%d %d", [1]],
    ["text that is not ASCII", "\u00e9", []],
    ["%pk without s", "%pk", [1]],
  ])("refuse %s", (_name, format, args) => {
    expect(printed(format, ...args)).toBe(EINVAL)
  })
})

test("bpf_trace_printk takes up to three arguments, keeps a newline at its end", () => {
  const host = new TestHost()
  expect(host.call("bpf_trace_printk", [host.put("%d %d %d\n"), 10, 1, 2, 3])).toBe(6)
  expect(host.printed).toEqual(["1 2 3\n"])
})

describe("bpf_snprintf", () => {
  const into = (size: number, format: string, words: bigint[]) => {
    const host = new TestHost()
    const buffer = host.put(new Uint8Array(16).fill(0xaa))
    const data = words.length > 0 ? host.put(words) : 0
    const result = host.call("bpf_snprintf", [buffer, size, host.put(format), data, words.length * 8])
    return { result, text: new TextDecoder("latin1").decode(host.memory.read(buffer, 8)) }
  }

  test("tells the whole length with the NUL, and writes what fits", () => {
    expect(into(8, "%d", [42n])).toEqual({ result: 3, text: "42\0\xaa\xaa\xaa\xaa\xaa" })
    expect(into(4, "%d", [123_456n])).toEqual({ result: 7, text: "123\0\xaa\xaa\xaa\xaa" })
  })

  test("refuses fewer arguments than directives, and does not mind more", () => {
    expect(into(8, "%d", []).result).toBe(EINVAL)
    expect(into(8, "%d", [1n, 2n]).result).toBe(2)
  })
})
