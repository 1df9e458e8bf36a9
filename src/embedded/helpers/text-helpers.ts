import { errnoNumber } from "../../base/index.ts"
import { memoryArgument, stringArgument } from "./argument.ts"
import type { HelperFunction, HelperKernel, HelperTable } from "./helper.ts"

const EINVAL = -errnoNumber("EINVAL")
const ERANGE = -errnoNumber("ERANGE")
/** Characters of a number that are looked at: the kernel copies them to a buffer of 64 bytes. */
const MAX_DIGITS = 63
const U64_MAX = (1n << 64n) - 1n
/** Where a signed result ends on either side of zero. */
const MIN_MAGNITUDE = 1n << 63n

interface ParsedNumber {
  readonly negative: boolean
  readonly magnitude: bigint
  /** Characters taken, leading space, sign and prefix included. */
  readonly consumed: number
}

/** The number at the start of a text, or −EINVAL, or −ERANGE when it does not fit 64 bits. */
function parseNumber(
  kernel: HelperKernel,
  address: bigint,
  size: bigint,
  flags: bigint,
): ParsedNumber | number {
  if (size === 0n || ![0n, 8n, 10n, 16n].includes(flags)) return EINVAL
  const at = memoryArgument(kernel, address, size)
  const text = String.fromCharCode(...kernel.memory.read(at, Number(size)).subarray(0, 4096))
  const lead = /^[\t-\r \xa0]*-?/.exec(text)?.[0] ?? ""
  if (lead.length === text.length) return EINVAL
  const rest = text.slice(lead.length, lead.length + MAX_DIGITS)
  const [, prefix = "", digits = ""] = numberPattern(flags).exec(rest) ?? []
  if (digits === "") return EINVAL
  const radix =
    /^0x$/i.test(prefix) || flags === 16n
      ? "0x"
      : flags === 8n || (flags === 0n && digits[0] === "0")
        ? "0o"
        : ""
  const magnitude = BigInt(radix + digits)
  if (magnitude > U64_MAX) return ERANGE
  return { negative: lead.endsWith("-"), magnitude, consumed: lead.length + prefix.length + digits.length }
}

/** Base 0 finds out by the prefix, as in C; base 16 allows one. */
function numberPattern(base: bigint): RegExp {
  switch (base) {
    case 8n:
      return /^()([0-7]+)/
    case 10n:
      return /^()([0-9]+)/
    case 16n:
      return /^(0x)?([0-9a-f]+)/i
    default:
      return /^(?:(0x)(?=[0-9a-f]))?((?<=x)[0-9a-f]+|0[0-7]*|[1-9][0-9]*)/i
  }
}

/** The result is zero where there is none. */
function clearResult(kernel: HelperKernel, result: bigint): number {
  const at = memoryArgument(kernel, result, 8n)
  kernel.memory.view.setBigUint64(at, 0n, true)
  return at
}

const strtol: HelperFunction = (kernel, [text, size, flags, result]) => {
  const at = clearResult(kernel, result)
  const number = parseNumber(kernel, text, size, flags)
  if (typeof number === "number") return number
  const { negative, magnitude, consumed } = number
  if (magnitude > (negative ? MIN_MAGNITUDE : MIN_MAGNITUDE - 1n)) return ERANGE
  kernel.memory.view.setBigInt64(at, negative ? -magnitude : magnitude, true)
  return consumed
}

const strtoul: HelperFunction = (kernel, [text, size, flags, result]) => {
  const at = clearResult(kernel, result)
  const number = parseNumber(kernel, text, size, flags)
  if (typeof number === "number") return number
  if (number.negative) return EINVAL
  kernel.memory.view.setBigUint64(at, number.magnitude, true)
  return number.consumed
}

/** Compares at most `size` characters of a text with a constant one: negative, 0 or positive. */
const strncmp: HelperFunction = (kernel, [text, size, constant]) => {
  const bytes = kernel.memory.read(memoryArgument(kernel, text, size), Number(size))
  const other = stringArgument(kernel, constant)
  for (let index = 0; index < bytes.length; index++) {
    const [left, right] = [bytes[index] ?? 0, other[index] ?? 0]
    if (left !== right) return left < right ? -1 : 1
    if (left === 0) return 0
  }
  return 0
}

/** Helpers that read text. */
export const TEXT_HELPERS: HelperTable = {
  bpf_strtol: strtol,
  bpf_strtoul: strtoul,
  bpf_strncmp: strncmp,
}
