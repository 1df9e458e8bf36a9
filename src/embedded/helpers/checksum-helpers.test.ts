import { expect, test } from "vitest"
import { errnoNumber } from "../../base/index.ts"
import { TestHost } from "../testing/test-host.ts"

/** As csum_fold does. */
function folded(sum: number): number {
  let rest = sum
  while (rest > 0xffff) rest = (rest & 0xffff) + Math.floor(rest / 0x1_0000)
  return ~rest & 0xffff
}

/** The internet checksum of RFC 1071, of bytes that are read as little-endian words. */
function checksum(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  let sum = 0
  for (let at = 0; at < bytes.length; at += 2) sum += view.getUint16(at, true)
  return folded(sum)
}

const header = Uint8Array.from({ length: 20 }, (_, index) => (index * 37 + 200) & 0xff)

test("a checksum of bytes that are added is that of RFC 1071", () => {
  const host = new TestHost()
  const sum = host.call("bpf_csum_diff", [0, 0, host.put(header), header.length, 0])
  expect(folded(sum as number)).toBe(checksum(header))
})

test("replacing bytes gives the checksum of what comes out", () => {
  const host = new TestHost()
  const changed = Uint8Array.from(header)
  changed.set([1, 2, 3, 4], 12)
  const whole = host.call("bpf_csum_diff", [0, 0, host.put(header), header.length, 0]) as number
  const [from, to] = [host.put(header.slice(12, 16)), host.put(changed.slice(12, 16))]
  const after = host.call("bpf_csum_diff", [from, 4, to, 4, whole]) as number
  expect(folded(after)).toBe(checksum(changed))
})

test("only whole words are taken, 512 bytes at most", () => {
  const host = new TestHost()
  const bytes = host.put(new Uint8Array(600))
  expect(host.call("bpf_csum_diff", [bytes, 3, 0, 0, 0])).toBe(-errnoNumber("EINVAL"))
  expect(host.call("bpf_csum_diff", [bytes, 512, bytes, 4, 0])).toBe(-errnoNumber("EINVAL"))
  expect(host.call("bpf_csum_diff", [bytes, 512, 0, 0, 0])).not.toBe(-errnoNumber("EINVAL"))
})
