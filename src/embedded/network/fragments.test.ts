import { describe, expect, test } from "vitest"
import { fragmentsOf, isFragment, Reassembly } from "./fragments.ts"
import { buildIp, parseIp } from "./headers.ts"

const payload = Uint8Array.from({ length: 4000 }, (_, index) => index & 0xff)
const packets = {
  ipv4: buildIp(
    {
      ...{ source: Uint8Array.of(10, 1, 1, 1), destination: Uint8Array.of(10, 1, 1, 2) },
      ...{ protocol: 17, ttl: 64, tos: 0, mayFragment: true },
    },
    payload,
    7,
  ),
  ipv6: buildIp(
    {
      ...{ source: new Uint8Array(16).fill(1), destination: new Uint8Array(16).fill(2) },
      ...{ protocol: 17, ttl: 64, tos: 0 },
    },
    payload,
  ),
} as const

describe.each(Object.entries(packets))("a packet of %s", (version, packet) => {
  test("is cut into what fits, each a sound packet", () => {
    const pieces = fragmentsOf(packet, 1500, 9)
    expect(pieces.map(({ length }) => length)).toEqual(
      version === "ipv4" ? [1500, 1500, 1060] : [1496, 1496, 1152],
    )
    for (const piece of pieces) expect(parseIp(piece)?.length).toBe(piece.length)
    expect(pieces.every(isFragment)).toBe(true)
    expect(isFragment(packet)).toBe(false)
  })

  test("is whole again whatever the order of its fragments, and among others", () => {
    const reassembly = new Reassembly()
    const [first, second, third] = fragmentsOf(packet, 1500, 9) as [Uint8Array, Uint8Array, Uint8Array]
    const other = packet.slice()
    if (version === "ipv4") other[5] = 8
    const [stranger] = fragmentsOf(other, 1500, 10) as [Uint8Array]
    expect(reassembly.add(third)).toBeUndefined()
    expect(reassembly.add(stranger)).toBeUndefined()
    expect(reassembly.add(first)).toBeUndefined()
    expect(reassembly.add(second)).toEqual(packet)
    expect(reassembly.add(second)).toBeUndefined()
  })
})
