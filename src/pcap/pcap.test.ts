import { describe, expect, test } from "vitest"
import { CaptureError, concatBytes } from "../base/index.ts"
import { ethernetFrames, readCapture, writeCapture } from "./index.ts"
import { blocks, classicFile, type FileOrder } from "./testing/captures.ts"

const FRAME = Uint8Array.from({ length: 60 }, (_, index) => index)
const SECOND = 1_700_000_000n * 1_000_000_000n
const read = (bytes: Uint8Array) => readCapture(bytes, { name: "in.pcap" })
const ORDERS: readonly FileOrder[] = ["little", "big"]

describe.each(ORDERS)("a capture in %s endian order", order => {
  test.each([
    ["microseconds", 0xa1b2c3d4, 123_456_000n],
    ["nanoseconds", 0xa1b23c4d, 123_456n],
  ] as const)("with %s gives packets and times", (_name, magic, fraction) => {
    const file = classicFile(order, {
      magic,
      records: [{ seconds: 1_700_000_000, fraction: 123_456, bytes: FRAME }],
    })
    expect(read(file)).toEqual([
      { time: SECOND + fraction, bytes: FRAME, length: 60, linkType: 1, offset: 24 },
    ])
  })

  test("of pcapng gives packets and times, by the resolution of their interface", () => {
    const { section, device, packet, simple } = blocks(order)
    const file = concatBytes([
      section(),
      device({ linkType: 1, snapLength: 40, options: [[9, [9]]] }),
      packet({ device: 0, ticks: SECOND + 5n, bytes: FRAME }),
      device({ linkType: 1, options: [[14, [10, 0, 0, 0, 0, 0, 0, 0]]] }),
      packet({ device: 1, ticks: 7n, bytes: FRAME }),
      simple(FRAME.subarray(0, 40), 60),
    ])
    const times = order === "little" ? 10_000_007_000n : (10n << 56n) * 1_000_000_000n + 7000n
    expect(read(file).map(({ time, bytes, length }) => [time, bytes.length, length])).toEqual([
      [SECOND + 5n, 60, 60],
      [times, 60, 60],
      [times, 40, 60],
    ])
  })
})

test("what is written is read again", () => {
  const packets = [
    { time: SECOND + 1n, bytes: FRAME },
    { time: SECOND + 2_000_000_003n, bytes: FRAME.subarray(0, 14) },
  ]
  expect(read(writeCapture(packets)).map(({ time, bytes }) => ({ time, bytes }))).toEqual(packets)
  expect(read(writeCapture([]))).toEqual([])
})

test("times that the format cannot tell are refused", () => {
  expect(() => writeCapture([{ time: 1n << 64n, bytes: FRAME }])).toThrow(CaptureError)
})

describe("a damaged capture is refused with offset and rule:", () => {
  const file = classicFile("little", { records: [{ seconds: 1, fraction: 0, bytes: FRAME }] })
  const changed = (at: number, ...bytes: readonly number[]): Uint8Array => {
    const copy = Uint8Array.from(file)
    copy.set(bytes, at)
    return copy
  }
  const { section, device, packet } = blocks("little")

  test.each<readonly [string, Uint8Array, string]>([
    ["another file", changed(0, 0x7f, 0x45, 0x4c, 0x46), "in.pcap: offset 0: a capture starts with a1b2c3d4"],
    ["nothing", new Uint8Array(0), "in.pcap: 4 bytes at offset 0 leave the 0 bytes there are"],
    ["a header that ends early", file.subarray(0, 20), "in.pcap: 24 bytes at offset 0 leave the 20 bytes"],
    ["another version", changed(4, 1), "in.pcap: offset 4: version 1.4 of the format: files have 2.4"],
    ["a record that ends early", file.subarray(0, 30), "in.pcap: 4 bytes at offset 32 leave the 30 bytes"],
    ["a packet that ends early", file.subarray(0, 99), "in.pcap: 60 bytes at offset 40 leave the 99 bytes"],
    [
      "a packet of 4 GB",
      changed(32, 255, 255, 255, 255),
      "offset 32: a packet of 4294967295 bytes: captures have 262144",
    ],
    ["a block of no length", concatBytes([section(), new Uint8Array(8)]), "offset 32: a block of 0 bytes"],
    ["a section of no byte order", section().fill(0, 8, 12), "offset 8: a section's byte order"],
    [
      "a packet of no interface",
      concatBytes([section(), packet({ device: 0, ticks: 0n, bytes: FRAME })]),
      "offset 36: a packet of interface 0: the section has described 0",
    ],
    [
      "a block whose lengths differ",
      concatBytes([section(), device({ linkType: 1 }).fill(9, 16, 17)]),
      "offset 44: a block ends with the length 9, it began with 20",
    ],
    [
      "an option longer than its block",
      concatBytes([section(), device({ linkType: 1, options: [[9, [6]]] }).fill(200, 18, 19)]),
      "offset 44: an option of 200 bytes leaves its block",
    ],
  ])("%s", (_name, bytes, message) => {
    expect(() => read(bytes)).toThrow(CaptureError)
    expect(() => read(bytes)).toThrow(message)
  })
})

describe("packets that no Ethernet interface takes are refused:", () => {
  const frames = (file: Uint8Array) => ethernetFrames(read(file), { name: "in.pcap", mtu: 1500 })
  const one = (bytes: Uint8Array) => classicFile("little", { records: [{ seconds: 1, fraction: 0, bytes }] })

  test("raw IP", () => {
    const file = classicFile("little", {
      linkType: 101,
      records: [{ seconds: 1, fraction: 0, bytes: FRAME }],
    })
    expect(() => frames(file)).toThrow("packet 1 at offset 24: link type 101 (raw IP)")
  })

  test("what the snapshot length cut", () => {
    const file = classicFile("little", { records: [{ seconds: 1, fraction: 0, bytes: FRAME, length: 1500 }] })
    expect(() => frames(file)).toThrow("packet 1 at offset 24: 60 of 1500 bytes were captured")
  })

  test("what is shorter than a header, or longer than the MTU", () => {
    expect(() => frames(one(FRAME.subarray(0, 13)))).toThrow("13 bytes: an Ethernet header has 14")
    expect(() => frames(one(new Uint8Array(1515)))).toThrow("1515 bytes: an interface with an MTU of 1500")
    expect(frames(one(new Uint8Array(1514)))).toHaveLength(1)
  })
})
