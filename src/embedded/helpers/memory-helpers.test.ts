import { describe, expect, test } from "vitest"
import { errnoNumber } from "../../base/index.ts"
import { TestHost } from "../testing/test-host.ts"
import { ArgumentRefusal } from "./index.ts"

const EFAULT = -errnoNumber("EFAULT")
const ERANGE = -errnoNumber("ERANGE")
const WILD = 0xdead_0000_0000_0000n

/** A destination of 8 marked bytes, and what a helper made of it. */
function tryRead(helper: string, size: number, source: (host: TestHost) => bigint | number) {
  const host = new TestHost()
  const destination = host.put(new Uint8Array(8).fill(0xaa))
  const result = host.call(helper, [destination, size, source(host)])
  return { result, bytes: [...host.memory.read(destination, 8)] }
}

const user = (host: TestHost): number => host.putUser("hello")
const kernel = (host: TestHost): number => host.put("hello")
const marks = (count: number): number[] => Array(count).fill(0xaa)
const HELLO = [...new TextEncoder().encode("hello")]

describe.each([
  ["bpf_probe_read_user", user, kernel, EFAULT],
  ["bpf_probe_read_kernel", kernel, user, ERANGE],
])("%s", (helper, own, other, errno) => {
  test("copies exactly as many bytes as asked", () => {
    expect(tryRead(helper, 5, own)).toEqual({ result: 0, bytes: [...HELLO, ...marks(3)] })
  })

  test.each([
    ["the other half of memory", other],
    ["NULL", () => 0],
    ["an address that no memory reaches", () => WILD],
  ])("zeroes the destination for %s", (_name, source) => {
    expect(tryRead(helper, 5, source)).toEqual({ result: errno, bytes: [0, 0, 0, 0, 0, ...marks(3)] })
  })

  test("takes no bytes from anywhere", () => {
    expect(tryRead(helper, 0, () => WILD).result).toBe(0)
  })
})

describe.each([
  ["bpf_probe_read_user_str", user, kernel, EFAULT, 0],
  ["bpf_probe_read_kernel_str", kernel, user, ERANGE, 0xaa],
])("%s", (helper, own, other, errno, behind) => {
  test("copies a string with its NUL and tells its length with it", () => {
    expect(tryRead(helper, 8, own)).toEqual({ result: 6, bytes: [...HELLO, 0, behind, behind] })
  })

  test("cuts a long string and ends it", () => {
    expect(tryRead(helper, 4, own)).toEqual({ result: 4, bytes: [...HELLO.slice(0, 3), 0, ...marks(4)] })
    expect(tryRead(helper, 1, own)).toEqual({ result: 1, bytes: [0, ...marks(7)] })
  })

  test("zeroes all of the destination when it cannot read", () => {
    expect(tryRead(helper, 4, other)).toEqual({ result: errno, bytes: [0, 0, 0, 0, ...marks(4)] })
  })
})

test.each(["bpf_probe_read", "bpf_probe_read_str"])("%s reads either half", helper => {
  expect(tryRead(helper, 6, user)).toEqual({
    result: helper.endsWith("str") ? 6 : 0,
    bytes: [...HELLO, 0, 0xaa, 0xaa],
  })
  expect(tryRead(helper, 6, kernel).bytes).toEqual([...HELLO, 0, 0xaa, 0xaa])
})

test("bpf_copy_from_user reads user memory only", () => {
  expect(tryRead("bpf_copy_from_user", 5, user)).toEqual({ result: 0, bytes: [...HELLO, ...marks(3)] })
  expect(tryRead("bpf_copy_from_user", 5, kernel).result).toBe(EFAULT)
})

test("bpf_probe_write_user writes user memory only", () => {
  const host = new TestHost()
  const [target, source] = [host.putUser("hello"), host.put("J")]
  expect(host.call("bpf_probe_write_user", [target, source, 1])).toBe(0)
  expect(new TextDecoder().decode(host.memory.readCString(target))).toBe("Jello")
  expect(host.call("bpf_probe_write_user", [source, source, 1])).toBe(-errnoNumber("EPERM"))
})

test("a destination that is no memory of the program's is refused, not written", () => {
  const host = new TestHost()
  for (const target of [0n, WILD, BigInt(host.putUser("hello"))])
    expect(() => host.call("bpf_probe_read_kernel", [target, 4, host.put("abc")])).toThrow(ArgumentRefusal)
})
