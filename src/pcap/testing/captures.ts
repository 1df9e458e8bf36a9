import { concatBytes } from "../../base/index.ts"

export type FileOrder = "little" | "big"

export interface ClassicRecord {
  readonly seconds: number
  readonly fraction: number
  readonly bytes: Uint8Array
  /** On the wire: all of it was captured when left out. */
  readonly length?: number
}

export interface ClassicOptions {
  readonly magic?: number
  readonly linkType?: number
  readonly records: readonly ClassicRecord[]
}

/** A file of libpcap's format. */
export function classicFile(
  order: FileOrder,
  { magic = 0xa1b2c3d4, linkType = 1, records }: ClassicOptions,
): Uint8Array {
  const word = words(order)
  const version = order === "little" ? [2, 0, 4, 0] : [0, 2, 0, 4]
  return concatBytes([
    word(magic),
    Uint8Array.from(version),
    word(0, 0, 65_535, linkType),
    ...records.flatMap(({ seconds, fraction, bytes, length = bytes.length }) => [
      word(seconds, fraction, bytes.length, length),
      bytes,
    ]),
  ])
}

interface DeviceBlock {
  readonly linkType: number
  readonly snapLength?: number
  readonly options?: readonly (readonly [code: number, value: readonly number[]])[]
}

interface PacketBlock {
  readonly device: number
  readonly ticks: bigint
  readonly bytes: Uint8Array
  readonly length?: number
}

/** Blocks of a pcapng file. */
export function blocks(order: FileOrder) {
  const word = words(order)
  const half = halves(order)
  const padded = (bytes: Uint8Array): Uint8Array =>
    concatBytes([bytes, new Uint8Array((4 - (bytes.length % 4)) % 4)])
  const block = (type: number, body: Uint8Array): Uint8Array => {
    const length = body.length + 12
    return concatBytes([word(type, length), body, word(length)])
  }
  return {
    section: () =>
      block(0x0a0d0d0a, concatBytes([word(0x1a2b3c4d), half(1, 0), word(0xffff_ffff, 0xffff_ffff)])),
    device: ({ linkType, snapLength = 0, options = [] }: DeviceBlock) =>
      block(
        1,
        concatBytes([
          half(linkType, 0),
          word(snapLength),
          ...options.flatMap(([code, value]) => [half(code, value.length), padded(Uint8Array.from(value))]),
        ]),
      ),
    packet: ({ device, ticks, bytes, length = bytes.length }: PacketBlock) =>
      block(
        6,
        concatBytes([
          word(device, Number(ticks >> 32n), Number(ticks & 0xffff_ffffn), bytes.length, length),
          padded(bytes),
        ]),
      ),
    simple: (bytes: Uint8Array, length: number) => block(3, concatBytes([word(length), padded(bytes)])),
  }
}

const words =
  (order: FileOrder) =>
  (...values: readonly number[]): Uint8Array => {
    const view = new DataView(new ArrayBuffer(values.length * 4))
    values.forEach((value, index) => {
      view.setUint32(index * 4, value, order === "little")
    })
    return new Uint8Array(view.buffer)
  }

const halves =
  (order: FileOrder) =>
  (...values: readonly number[]): Uint8Array => {
    const view = new DataView(new ArrayBuffer(values.length * 2))
    values.forEach((value, index) => {
      view.setUint16(index * 2, value, order === "little")
    })
    return new Uint8Array(view.buffer)
  }
