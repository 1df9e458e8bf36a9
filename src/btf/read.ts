import { BtfError } from "../base/index.ts"
import { Btf } from "./btf.ts"
import { readHeader } from "./header.ts"
import type { ByteSearch } from "./name-search.ts"
import { StringTable } from "./strings.ts"
import { asWords, scanTypes, toWords } from "./type-section.ts"
import { validateTypes } from "./validate.ts"

export interface ReadBtfOptions {
  /** Names the source in messages; "BTF" when absent. */
  readonly label?: string
  /** What split BTF (of a kernel module) was split from. */
  readonly base?: Btf
  /**
   * For bytes from the running kernel, which made them itself: references in them are not checked, the bytes are not copied (they
   * must not change afterwards), and names are found with this search.
   */
  readonly trusted?: ByteSearch
}

/**
 * Reads a BTF blob (an ELF section `.BTF`, /sys/kernel/btf/vmlinux) of either byte order. All structure is checked
 * at once, names and types are decoded later. Throws BtfError naming the type, the rule and the values.
 */
export function readBtf(bytes: Uint8Array, options: ReadBtfOptions = {}): Btf {
  const label = options.label ?? "BTF"
  const base = options.base
  const header = readHeader(bytes, label)
  if (base && base.littleEndian !== header.littleEndian)
    throw new BtfError(`${label}: its byte order is not that of its base, ${base.label}`)
  const { trusted } = options
  const view = bytes.subarray(header.stringStart, header.stringStart + header.stringLength)
  const text = trusted ? view : new Uint8Array(view)
  const strings = new StringTable(text, label, base?.parts().strings)
  const types = bytes.subarray(header.typeStart, header.typeStart + header.typeLength)
  const firstId = base?.count ?? 1
  const section = scanTypes(
    (trusted && asWords(types, header.littleEndian)) ?? toWords(types, header.littleEndian, label),
    firstId,
    label,
  )
  if (trusted)
    return new Btf({ label, littleEndian: header.littleEndian, base, section, strings, search: trusted })
  const { words, starts } = section
  validateTypes(section, {
    firstId,
    count: firstId + starts.length,
    stringEnd: strings.end,
    label,
    kindOf(id) {
      if (base && id < firstId) return base.kindNumber(id)
      return id < firstId ? 0 : (words[starts[id - firstId]! + 1]! >>> 24) & 0x1f
    },
  })
  return new Btf({ label, littleEndian: header.littleEndian, base, section, strings })
}
