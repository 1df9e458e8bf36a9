import { BtfError, ByteReader } from "../base/index.ts"
import { BTF_HEADER_SIZE, BTF_MAGIC, BTF_VERSION } from "./kinds.ts"

/** Where the two sections of a BTF blob lie, in bytes from its start. */
export interface BtfHeader {
  readonly littleEndian: boolean
  readonly typeStart: number
  readonly typeLength: number
  readonly stringStart: number
  readonly stringLength: number
}

/**
 * Reads and checks a BTF header as libbpf's `btf_parse_hdr` and the kernel's `btf_parse_hdr` do: a longer header
 * is accepted when what is unknown in it is zero, the type section stands aligned before the strings.
 */
export function readHeader(bytes: Uint8Array, label: string): BtfHeader {
  const littleEndian = readMagic(bytes, label)
  const reader = new ByteReader(bytes, label, littleEndian, message => new BtfError(message))
  if (bytes.length < BTF_HEADER_SIZE) {
    throw new BtfError(`${label}: ${bytes.length} bytes are too few for the header of ${BTF_HEADER_SIZE}`)
  }
  const version = reader.u8(2)
  if (version !== BTF_VERSION)
    throw new BtfError(`${label}: BTF version ${version}, only ${BTF_VERSION} is known`)
  const flags = reader.u8(3)
  if (flags !== 0) throw new BtfError(`${label}: unknown header flags 0x${flags.toString(16)}`)
  const length = reader.u32(4)
  if (length < BTF_HEADER_SIZE || length > bytes.length) {
    throw new BtfError(
      `${label}: header length ${length} is not between ${BTF_HEADER_SIZE} and the ${bytes.length} bytes there are`,
    )
  }
  for (let at = BTF_HEADER_SIZE; at < length; at++) {
    if (bytes[at] !== 0)
      throw new BtfError(`${label}: unknown header field at byte ${at} is ${bytes[at]}, not 0`)
  }
  const typeOffset = reader.u32(8)
  const typeLength = reader.u32(12)
  const stringOffset = reader.u32(16)
  const stringLength = reader.u32(20)
  if (typeOffset % 4 !== 0)
    throw new BtfError(`${label}: type section at ${typeOffset} is not 4-byte aligned`)
  if (typeOffset + typeLength > stringOffset) {
    throw new BtfError(
      `${label}: type section (${typeOffset} + ${typeLength}) runs into the strings at ${stringOffset}`,
    )
  }
  if (length + stringOffset + stringLength > bytes.length) {
    throw new BtfError(
      `${label}: string section (${length} + ${stringOffset} + ${stringLength}) leaves the ${bytes.length} bytes there are`,
    )
  }
  return {
    littleEndian,
    typeStart: length + typeOffset,
    typeLength,
    stringStart: length + stringOffset,
    stringLength,
  }
}

/** The byte order that the magic number of a BTF or BTF.ext section shows. */
export function readMagic(bytes: Uint8Array, label: string): boolean {
  if (bytes.length < 4) throw new BtfError(`${label}: ${bytes.length} bytes are too few for a BTF header`)
  const magic = bytes[0]! | (bytes[1]! << 8)
  if (magic === BTF_MAGIC) return true
  if (magic === (((BTF_MAGIC & 0xff) << 8) | (BTF_MAGIC >> 8))) return false
  throw new BtfError(
    `${label}: magic 0x${magic.toString(16).padStart(4, "0")} is not BTF's 0x${BTF_MAGIC.toString(16)}`,
  )
}
