import { alignUp, concatBytes, decodeUtf8, encodeUtf8 } from "../../base/index.ts"
import { NetlinkError } from "../../kernel/index.ts"

/** One netlink attribute to send: `struct nlattr` of include/uapi/linux/netlink.h. A list stands for a nested one. */
export interface Attribute {
  readonly type: number
  readonly value: Uint8Array | readonly Attribute[]
}

/** Attributes of a message by type; of a type that comes twice the last, as the kernel reads them. */
export type Attributes = ReadonlyMap<number, Uint8Array>

const HEADER = 4
const NLA_F_NESTED = 0x8000
/** The two highest bits are flags. */
const TYPE_MASK = 0x3fff
const LARGEST = 0xffff

export function u16(type: number, value: number): Attribute {
  return { type, value: new Uint8Array(Uint16Array.of(value).buffer) }
}

export function u32(type: number, value: number): Attribute {
  return { type, value: new Uint8Array(Uint32Array.of(value).buffer) }
}

/** A signed number: descriptors, of which −1 means none. */
export function s32(type: number, value: number): Attribute {
  return { type, value: new Uint8Array(Int32Array.of(value).buffer) }
}

/** NUL-terminated. */
export function text(type: number, value: string): Attribute {
  return { type, value: encodeUtf8(`${value}\0`) }
}

export function nested(type: number, value: readonly Attribute[]): Attribute {
  return { type, value }
}

/** Attributes one after the other, each padded to four bytes. Throws NetlinkError (EINVAL) for one of 64 KiB or more. */
export function encodeAttributes(attributes: readonly Attribute[]): Uint8Array {
  const parts = attributes.map(({ type, value }) => {
    const isNested = !(value instanceof Uint8Array)
    const payload = isNested ? encodeAttributes(value) : value
    const length = HEADER + payload.length
    if (length > LARGEST)
      throw new NetlinkError(
        `attribute ${type} has ${payload.length} bytes, more than ${LARGEST - HEADER}`,
        "EINVAL",
      )
    const bytes = new Uint8Array(alignUp(length, 4))
    const view = new DataView(bytes.buffer)
    view.setUint16(0, length, true)
    view.setUint16(2, isNested ? type | NLA_F_NESTED : type, true)
    bytes.set(payload, HEADER)
    return bytes
  })
  return concatBytes(parts)
}

/** Attributes as they stand in a message; flags are taken off their types. Throws NetlinkError (EPROTO). */
export function decodeAttributes(bytes: Uint8Array): Attributes {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const attributes = new Map<number, Uint8Array>()
  // What follows the last attribute is padding: less than a header.
  for (let at = 0; at + HEADER <= bytes.length; ) {
    const length = view.getUint16(at, true)
    const type = view.getUint16(at + 2, true) & TYPE_MASK
    if (length < HEADER || at + length > bytes.length)
      throw new NetlinkError(
        `attribute ${type} at ${at} says ${length} bytes, ${bytes.length - at} are there`,
        "EPROTO",
      )
    attributes.set(type, bytes.subarray(at + HEADER, at + length))
    at += alignUp(length, 4)
  }
  return attributes
}

/** An attribute's number, of one to four bytes; undefined where it is missing. Throws NetlinkError (EPROTO). */
export function numberOf(attributes: Attributes, type: number): number | undefined {
  const bytes = attributes.get(type)
  if (!bytes) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  switch (bytes.length) {
    case 1:
      return view.getUint8(0)
    case 2:
      return view.getUint16(0, true)
    case 4:
      return view.getUint32(0, true)
    default:
      throw new NetlinkError(`attribute ${type} has ${bytes.length} bytes: that is no number`, "EPROTO")
  }
}

/** An attribute's text up to its NUL. */
export function textOf(attributes: Attributes, type: number): string | undefined {
  const bytes = attributes.get(type)
  if (!bytes) return undefined
  const end = bytes.indexOf(0)
  return decodeUtf8(end < 0 ? bytes : bytes.subarray(0, end))
}

/** The attributes inside an attribute; none where it is missing. Throws NetlinkError (EPROTO). */
export function nestedOf(attributes: Attributes, type: number): Attributes {
  return decodeAttributes(attributes.get(type) ?? new Uint8Array())
}
