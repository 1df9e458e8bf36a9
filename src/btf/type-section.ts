import { BtfError } from "../base/index.ts"
import { KIND_NAMES, LAST_KIND, TRAILER, TYPE_WORDS, VLEN_MASK } from "./kinds.ts"

/** The type section as 32-bit words in the host's order (every field of BTF types is one word), and where types start. */
export interface TypeSection {
  readonly words: Uint32Array
  /** Index of the first word of each type, by id minus the first id. */
  readonly starts: Uint32Array
}

const HOST_IS_LITTLE = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1

/** Copies a type section into words; throws BtfError when it is no whole number of them. */
export function toWords(section: Uint8Array, littleEndian: boolean, label: string): Uint32Array {
  if (section.length % 4 !== 0) {
    throw new BtfError(`${label}: the type section's ${section.length} bytes are no whole number of words`)
  }
  // Not slice(): a Node Buffer's shares its memory.
  const copy = new Uint8Array(section)
  const words = new Uint32Array(copy.buffer, 0, copy.length / 4)
  if (littleEndian !== HOST_IS_LITTLE) {
    const view = new DataView(copy.buffer)
    for (let i = 0; i < words.length; i++) words[i] = view.getUint32(i * 4, littleEndian)
  }
  return words
}

/** A type section as words without a copy, where its place and byte order allow that. */
export function asWords(section: Uint8Array, littleEndian: boolean): Uint32Array | undefined {
  const isFit = section.byteOffset % 4 === 0 && section.length % 4 === 0 && littleEndian === HOST_IS_LITTLE
  return isFit ? new Uint32Array(section.buffer, section.byteOffset, section.length / 4) : undefined
}

/** The reverse of `toWords`. */
export function fromWords(words: Uint32Array, littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(words.length * 4)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < words.length; i++) view.setUint32(i * 4, words[i]!, littleEndian)
  return bytes
}

/** Finds where every type starts. A type's length follows from its kind and vlen alone. */
export function scanTypes(words: Uint32Array, firstId: number, label: string): TypeSection {
  const starts = new Uint32Array(Math.floor(words.length / TYPE_WORDS))
  const fixed = Uint8Array.from(TRAILER, entry => entry.fixed + TYPE_WORDS)
  const each = Uint8Array.from(TRAILER, entry => entry.each)
  let count = 0
  let at = 0
  while (at < words.length) {
    const id = firstId + count
    if (at + TYPE_WORDS > words.length) {
      throw new BtfError(
        `${label}: type [${id}] at byte ${at * 4} is cut off after ${(words.length - at) * 4} bytes`,
      )
    }
    const info = words[at + 1]!
    const kind = (info >>> 24) & 0x1f
    if (kind === 0 || kind > LAST_KIND) {
      throw new BtfError(`${label}: type [${id}] has kind ${kind}, known are 1 to ${LAST_KIND}`, {
        hint: "it may come from a kernel or compiler newer than this release of Skep",
      })
    }
    const length = fixed[kind]! + each[kind]! * (info & VLEN_MASK)
    if (at + length > words.length) {
      throw new BtfError(
        `${label}: type [${id}] (${KIND_NAMES[kind]}, vlen ${info & VLEN_MASK}) needs ${length * 4} bytes, ` +
          `${(words.length - at) * 4} are left`,
      )
    }
    starts[count++] = at
    at += length
  }
  return { words, starts: starts.subarray(0, count) }
}
