import { describe, expect, test } from "vitest"
import { errnoNumber } from "../../base/index.ts"
import { TestHost } from "../testing/test-host.ts"

const EACCES = -errnoNumber("EACCES")
const MINUTE = 60_000_000_000n

/** A TCP header with the option of the segment size that its sender takes, or without any. */
function header(sequence: number, acknowledged: number, size?: number): Uint8Array {
  const bytes = new Uint8Array(size === undefined ? 20 : 24)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, 0x9c40_0050)
  view.setUint32(4, sequence)
  view.setUint32(8, acknowledged)
  view.setUint8(12, bytes.length << 2)
  if (size !== undefined) view.setUint32(20, 0x0204_0000 | size)
  return bytes
}

describe.each([
  { version: 4, ip: 20, sizes: [536, 1300, 1440, 1460], usual: 536 },
  { version: 6, ip: 40, sizes: [1220, 1420, 1440, 8940], usual: 1220 },
])("cookies of IPv$version", ({ version, ip, sizes, usual }) => {
  const made = (host: TestHost, tcp: Uint8Array) =>
    BigInt(
      host.call(`bpf_tcp_raw_gen_syncookie_ipv${version}`, [
        host.put(Uint8Array.from({ length: ip }, (_, index) => index)),
        ...[host.put(tcp), tcp.length],
      ]) as bigint,
    )
  const checked = (host: TestHost, sequence: number, cookie: number) =>
    host.call(`bpf_tcp_raw_check_syncookie_ipv${version}`, [
      host.put(Uint8Array.from({ length: ip }, (_, index) => index)),
      host.put(header(sequence + 1, (cookie + 1) >>> 0)),
    ])

  test("hold the size below what the other end takes", () => {
    const host = new TestHost()
    const held = [1, ...sizes, 65_535].map(size => Number(made(host, header(1, 0, size)) >> 32n))
    expect(held).toEqual([sizes[0], ...sizes, sizes[3]])
    expect(Number(made(host, header(1, 0)) >> 32n)).toBe(usual)
  })

  test("are good for two minutes, and nothing but themselves", () => {
    const host = new TestHost()
    const cookie = Number(made(host, header(0xffff_fff0, 0)) & 0xffff_ffffn)
    expect(checked(host, 0xffff_fff0, cookie)).toBe(0)
    expect(checked(host, 0xffff_fff0, cookie ^ 0x4000)).toBe(EACCES)
    expect(checked(host, 5, cookie)).toBe(EACCES)
    host.clock.advance(MINUTE)
    expect(checked(host, 0xffff_fff0, cookie)).toBe(0)
    host.clock.advance(MINUTE)
    expect(checked(host, 0xffff_fff0, cookie)).toBe(EACCES)
  })
})
