import { decodeUtf8, errnoNumber } from "../../base/index.ts"
import type { HelperKernel } from "./helper.ts"
import { readString } from "./memory-helpers.ts"

const EINVAL = -errnoNumber("EINVAL")
/** Longest string a %s takes in (MAX_BPRINTF_BUF is 1024; one string 512). */
const MAX_STRING = 511

/** A directive: flags, width, precision-free as the kernel's printk for BPF is, and its conversion. */
const DIRECTIVE =
  /%([-+ 0#]*)(\d*)(?:\.\d+)?(?:(ll|l|hh|h|z)?([duixXc])|(s)|p(k|u|K|x|s|S|B|i4|I4|i6|I6)?(s)?|(%))/y

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
    const [, flags = "", width = "", length = "", integer, string, pointer, pointerString, percent] = match
    if (percent) {
      result += "%"
      continue
    }
    const value = args[next++]
    if (value === undefined) return EINVAL
    let piece: string
    if (integer) piece = formatInteger(integer, length, flags, width, value)
    else if (string) piece = stringAt(kernel, "kernel", value)
    else if ((pointer === "k" || pointer === "u") && pointerString)
      piece = stringAt(kernel, pointer === "k" ? "kernel" : "user", value)
    else if ((pointer === "k" || pointer === "u") && !pointerString) return EINVAL
    else {
      piece = formatPointer(kernel, pointer ?? "", value)
      // "%pss" is %ps and an "s".
      if (pointerString) piece += "s"
    }
    result += pad(piece, flags, width)
  }
  return result
}

function stringAt(kernel: HelperKernel, side: "user" | "kernel", address: bigint): string {
  const bytes = readString(kernel.memory, side, address, MAX_STRING)
  return bytes ? decodeUtf8(bytes) : side === "kernel" ? "(null)".slice(0, 0) : ""
}

function formatInteger(kind: string, length: string, flags: string, width: string, value: bigint): string {
  const bits =
    length === "ll" || length === "l" || length === "z" ? 64 : length === "h" ? 16 : length === "hh" ? 8 : 32
  if (kind === "c") return String.fromCharCode(Number(value & 0xffn))
  const signed = kind === "d" || kind === "i"
  const number = signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)
  const digits =
    kind === "x" || kind === "X" ? number.toString(16) : (number < 0n ? -number : number).toString()
  const cased = kind === "X" ? digits.toUpperCase() : digits
  const prefix =
    number < 0n ? "-" : signed && flags.includes("+") ? "+" : flags.includes("#") && kind === "x" ? "0x" : ""
  const zeros = flags.includes("0") && !flags.includes("-") ? Number(width || 0) - prefix.length : 0
  return prefix + cased.padStart(zeros, "0")
}

function formatPointer(kernel: HelperKernel, kind: string, value: bigint): string {
  const bytes = (size: number): number[] => [...kernel.memory.read(Number(value), size)]
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

/** %p never shows an address: Linux prints a keyed hash of it, here a fixed one. NULL and error values stay readable. */
function hashed(value: bigint): string {
  if (value === 0n) return "(null)"
  const mixed = BigInt.asUintN(32, (value ^ (value >> 29n)) * 0x9e37_79b9_7f4a_7c15n)
  return mixed.toString(16).padStart(16, "0")
}

function pad(text: string, flags: string, width: string): string {
  const size = Number(width || 0)
  return flags.includes("-") ? text.padEnd(size) : text.padStart(size)
}
