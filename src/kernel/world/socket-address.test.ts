import { describe, expect, test } from "vitest"
import { UsageError } from "../../base/index.ts"
import { addressBytes, decodeAddress, encodeAddress, type SocketAddress } from "./socket-address.ts"

describe("socket addresses", () => {
  test.each<SocketAddress>([
    { address: "127.0.0.1", port: 8080 },
    { address: "::1", port: 1 },
    { address: "fd00:9::2", port: 65535 },
    { path: "/tmp/socket" },
    { path: "@abstract" },
    { interface: 3, protocol: 0x0800 },
  ])("%j come back as they were written", address => {
    expect(decodeAddress(encodeAddress(address))).toEqual(address)
  })

  test("embed IPv4 in IPv6", () => {
    expect([...addressBytes("::ffff:10.0.0.1")].slice(10)).toEqual([255, 255, 10, 0, 0, 1])
  })

  test.each(["", "10.0.0", "host", "fe80::1%eth0", "10.0.0.256", "010.0.0.1", "::1]:80/[", "1::2::3"])(
    "'%s' is none",
    address => {
      expect(() => addressBytes(address)).toThrow(UsageError)
    },
  )

  test("of paths that are too long are refused", () => {
    expect(() => encodeAddress({ path: "x".repeat(109) })).toThrow("ENAMETOOLONG")
  })

  test("cut short or of unknown families are undefined", () => {
    for (const bytes of [[], [2], [2, 0, 1], [10, 0, 0, 0, 0, 0], [1, 0], [99, 0, 0, 0, 0, 0, 0, 0]])
      expect(decodeAddress(Uint8Array.from(bytes))).toBeUndefined()
  })
})
