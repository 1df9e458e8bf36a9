import { describe, expect, test } from "vitest"
import { concatBytes, SkepError } from "../../src/base/index.ts"
import { ethernetFrames, readCapture, writeCapture } from "../../src/pcap/index.ts"
import { blocks, classicFile } from "../../src/pcap/testing/captures.ts"
import { Random } from "./mutations.ts"

const FRAMES = [60, 14, 1514].map(length => new Uint8Array(length).fill(7))
const { section, device, packet, simple } = blocks("little")
const SUBJECTS = {
  "libpcap's": classicFile("big", {
    records: FRAMES.map((bytes, seconds) => ({ seconds, fraction: 5, bytes })),
  }),
  pcapng: concatBytes([
    section(),
    device({ linkType: 1, options: [[9, [9]]] }),
    ...FRAMES.map((bytes, index) => packet({ device: 0, ticks: BigInt(index), bytes })),
    simple(FRAMES[0]!, 60),
    section(),
    device({ linkType: 1 }),
  ]),
}
const HOSTILE = [0, 1, 4, 0x7f, 0x80, 0xff]
const SLOWEST_MS = 1000

/** One to three changes, at the start of records more often than in packets; sometimes the end is missing. */
function damaged(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = Uint8Array.from(bytes)
  for (let changes = 1 + random.below(3); changes > 0; changes--)
    copy[random.below(random.below(2) === 0 ? 180 : copy.length)] = random.pick(HOSTILE)
  return random.below(4) === 0 ? copy.subarray(0, random.below(copy.length)) : copy
}

function outcomeOf(bytes: Uint8Array): "read" | "refused" {
  try {
    const packets = readCapture(bytes, { name: "damaged.pcap" })
    ethernetFrames(packets, { name: "damaged.pcap", mtu: 1500 })
    writeCapture(packets)
    return "read"
  } catch (error) {
    if (error instanceof SkepError) return "refused"
    throw error
  }
}

describe.each(Object.entries(SUBJECTS))("a damaged capture of %s format", (name, bytes) => {
  test("is packets or a SkepError, within a second", () => {
    const random = new Random(name.length)
    const kinds = new Set<string>()
    for (let index = 0; index < 3000; index++) {
      const start = performance.now()
      kinds.add(outcomeOf(damaged(bytes, random)))
      expect(performance.now() - start).toBeLessThan(SLOWEST_MS)
    }
    expect(kinds).toEqual(new Set(["read", "refused"]))
  })

  test("cut anywhere is packets or a SkepError", () => {
    for (let length = 0; length < bytes.length; length += 1) outcomeOf(bytes.subarray(0, length))
    expect(outcomeOf(bytes)).toBe("read")
  })
})
