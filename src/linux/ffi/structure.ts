import { encodeUtf8 } from "../../base/index.ts"
import { type FieldType, fieldWidth, type Structure, usedSize, type Values } from "../../kernel/index.ts"
import type { Scratch } from "./scratch.ts"

export { type Structure, usedSize, type Values }

/** Writes values into `bytes`; what they point to is copied into `scratch`. */
export function writeStructure<S extends Structure>(
  structure: S,
  values: Values<S>,
  bytes: Uint8Array,
  scratch: Scratch,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (const [name, [offset, type]] of Object.entries(structure)) {
    const value = values[name]
    if (value !== undefined) writeField(view, bytes, offset, type, value, scratch)
  }
}

function writeField(
  view: DataView,
  bytes: Uint8Array,
  offset: number,
  type: FieldType,
  value: unknown,
  scratch: Scratch,
): void {
  const setAddress = (address: bigint): void => view.setBigUint64(offset, address, true)
  switch (type) {
    case "u8":
      view.setUint8(offset, value as number)
      break
    case "u16":
      view.setUint16(offset, value as number, true)
      break
    case "u32":
      view.setUint32(offset, value as number, true)
      break
    case "s32":
      view.setInt32(offset, value as number, true)
      break
    case "u64":
      view.setBigUint64(offset, BigInt.asUintN(64, BigInt(value as number | bigint)), true)
      break
    case "text":
      setAddress(scratch.text(value as string))
      break
    case "pointer":
      setAddress(typeof value === "bigint" ? value : scratch.copy(value as Uint8Array))
      break
    case "u32s":
      setAddress(scratch.copy(bytesOf(Uint32Array.from(value as number[]))))
      break
    case "u64s":
      setAddress(scratch.copy(bytesOf(BigUint64Array.from(value as bigint[], BigInt))))
      break
    case "texts": {
      const addresses = (value as string[]).map(text => scratch.text(text))
      setAddress(scratch.copy(bytesOf(BigUint64Array.from(addresses))))
      break
    }
    default:
      bytes.set(encodeUtf8(value as string).subarray(0, fieldWidth(type) - 1), offset)
  }
}

function bytesOf(array: Uint32Array | BigUint64Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}

/** Reads the integers and texts of a structure that the kernel filled in; pointers come as addresses. */
export function readStructure<S extends Structure>(
  structure: S,
  bytes: Uint8Array,
): {
  readonly [Name in keyof S]: S[Name][1] extends `text${number}`
    ? string
    : S[Name][1] extends "u8" | "u16" | "u32" | "s32"
      ? number
      : bigint
} {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const entries = Object.entries(structure).map(([name, [offset, type]]) => [
    name,
    offset + fieldWidth(type) > bytes.length ? emptyOf(type) : readField(view, bytes, offset, type),
  ])
  return Object.fromEntries(entries)
}

function emptyOf(type: FieldType): number | bigint | string {
  if (/^text\d/.test(type)) return ""
  return fieldWidth(type) === 8 ? 0n : 0
}

function readField(
  view: DataView,
  bytes: Uint8Array,
  offset: number,
  type: FieldType,
): number | bigint | string {
  switch (type) {
    case "u8":
      return view.getUint8(offset)
    case "u16":
      return view.getUint16(offset, true)
    case "u32":
      return view.getUint32(offset, true)
    case "s32":
      return view.getInt32(offset, true)
    case "u64":
    case "text":
    case "pointer":
    case "u32s":
    case "u64s":
    case "texts":
      return view.getBigUint64(offset, true)
    default: {
      const text = bytes.subarray(offset, offset + fieldWidth(type))
      const end = text.indexOf(0)
      return new TextDecoder().decode(end < 0 ? text : text.subarray(0, end))
    }
  }
}
