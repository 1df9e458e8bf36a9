import { decodeUtf8, errnoNumber } from "../../base/index.ts"
import type { HelperKernel } from "./helper.ts"
import { readString } from "./memory-helpers.ts"

const EINVAL = -errnoNumber("EINVAL")
/** Longest string a %s takes in. */
const MAX_STRING = 511

/**
 * A directive as BPF allows it, which is less than printk does: flags, a width, no precision. Behind a plain %p there
 * is no letter or digit.
 */
const DIRECTIVE =
  /%(?:%|([-+ 0]*)([1-9]\d*)?(?:(ll|l)?([duixX])|(c)|(s)|p(?:(k|u)s|([KxsSB]|[iI][46])|(?![A-Za-z0-9]))))/y

/**
 * Formats as bpf_trace_printk, bpf_trace_vprintk and bpf_snprintf do (kernel/bpf/helpers.c, bpf_bprintf_prepare).
 * Gives −EINVAL for a format that is not ASCII or has an unknown directive, or for too few arguments.
 */
export function formatText(
  kernel: HelperKernel,
  format: Uint8Array,
  args: readonly bigint[],
): string | number {
  if (format.some(byte => byte >= 0x80 || (byte < 0x20 && byte !== 0x0a && byte !== 0x09 && byte !== 0x0d)))
    return EINVAL
  const text = decodeUtf8(format)
  let result = ""
  let next = 0
  for (let at = 0; at < text.length; ) {
    if (text[at] !== "%") {
      result += text[at++]
      continue
    }
    DIRECTIVE.lastIndex = at
    const match = DIRECTIVE.exec(text)
    if (!match) return EINVAL
    at = DIRECTIVE.lastIndex
    if (match[0] === "%%") {
      result += "%"
      continue
    }
    const value = args[next++]
    if (value === undefined) return EINVAL
    result += formatDirective(kernel, match, value)
  }
  return result
}

function formatDirective(kernel: HelperKernel, match: RegExpExecArray, value: bigint): string {
  const [, flags = "", width = "", length, integer, character, string, side, pointer] = match
  if (integer) return pad(formatInteger(integer, length !== undefined, flags, width, value), flags, width)
  if (character) return pad(String.fromCharCode(Number(value & 0xffn)), flags, width)
  if (string) return pad(stringAt(kernel, "kernel", value), flags, width)
  if (side) return pad(stringAt(kernel, side === "k" ? "kernel" : "user", value), flags, width)
  return pad(formatPointer(kernel, pointer ?? "", value), flags, width)
}

/** Empty where nothing can be read. */
function stringAt(kernel: HelperKernel, side: "user" | "kernel", address: bigint): string {
  const bytes = readString(kernel.memory, side, address, MAX_STRING)
  return typeof bytes === "number" ? "" : decodeUtf8(bytes)
}

function formatInteger(kind: string, wide: boolean, flags: string, width: string, value: bigint): string {
  const bits = wide ? 64 : 32
  const signed = kind === "d" || kind === "i"
  const number = signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)
  const magnitude = number < 0n ? -number : number
  const hex = kind === "x" ? magnitude.toString(16) : magnitude.toString(16).toUpperCase()
  const digits = signed || kind === "u" ? magnitude.toString() : hex
  const plus = signed && flags.includes("+") ? "+" : signed && flags.includes(" ") ? " " : ""
  const sign = number < 0n ? "-" : plus
  const zeros = flags.includes("0") && !flags.includes("-") ? Number(width || 0) - sign.length : 0
  return sign + digits.padStart(zeros, "0")
}

function formatPointer(kernel: HelperKernel, kind: string, value: bigint): string {
  const bytes = (size: number): number[] => [...pointedBytes(kernel, value, size)]
  switch (kind) {
    case "x":
    case "K":
      return value.toString(16).padStart(16, "0")
    case "s":
    case "S":
    case "B": {
      const symbol = kernel.symbolAt(value)
      if (!symbol) return `0x${value.toString(16)}`
      return kind === "s" ? symbol.name : `${symbol.name}+0x${symbol.offset.toString(16)}`
    }
    case "i4":
    case "I4":
      return bytes(4)
        .map(byte => (kind === "i4" ? byte.toString().padStart(3, "0") : byte.toString()))
        .join(".")
    case "i6":
    case "I6": {
      const words = bytes(16)
      const groups = Array.from(
        { length: 8 },
        (_, index) => ((words[index * 2] ?? 0) << 8) | (words[index * 2 + 1] ?? 0),
      )
      return groups.map(group => group.toString(16).padStart(4, "0")).join(kind === "I6" ? ":" : "")
    }
    default:
      return hashed(value)
  }
}

/** Zeros where nothing can be read. */
function pointedBytes(kernel: HelperKernel, address: bigint, size: number): Uint8Array {
  const isKernel = address < 1n << 47n && kernel.memory.isKernel(Number(address), size)
  return isKernel ? kernel.memory.read(Number(address), size) : new Uint8Array(size)
}

/** Addresses from here on are error values: −4095 … −1. */
const FIRST_ERROR = (1n << 64n) - 4095n

/** %p never shows an address: Linux prints a keyed hash of it, here a fixed one. NULL and error values stay readable. */
export function hashed(value: bigint): string {
  if (value === 0n || value >= FIRST_ERROR) return value.toString(16).padStart(16, "0")
  const mixed = BigInt.asUintN(32, (value ^ (value >> 29n)) * 0x9e37_79b9_7f4a_7c15n)
  return mixed.toString(16).padStart(16, "0")
}

function pad(text: string, flags: string, width: string): string {
  const size = Number(width || 0)
  return flags.includes("-") ? text.padEnd(size) : text.padStart(size)
}
