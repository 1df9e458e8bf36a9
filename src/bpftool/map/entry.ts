import { ERRNO, type Errno, errnoText } from "../../base/index.ts"
import { type Btf, readBtf, type TypeId } from "../../btf/index.ts"
import { mapType } from "../../catalog/index.ts"
import type { KernelObjects, MapFacts } from "../../kernel/index.ts"
import { writeBtfValue } from "../objects/btf-value.ts"
import { hexBytes } from "../objects/formats.ts"
import type { JsonWriter } from "../objects/json-writer.ts"
import { isMapOfMaps, isMapOfPrograms, isPerCpu } from "./elements.ts"

/** What keys and values are, by the map's BTF; of struct_ops maps the kernel's. */
export interface EntryTypes {
  readonly btf: Btf
  readonly key: TypeId | undefined
  readonly value: TypeId
}

/** Undefined for maps without types. */
export function entryTypes(facts: MapFacts, kernel: KernelObjects): EntryTypes | undefined {
  const value = facts.kernelValueType || facts.valueType
  if (value === 0) return undefined
  const id = facts.kernelValueType === 0 ? facts.btfId : vmlinuxId(kernel)
  const btf = readBtf(kernel.btfBytes(id), { label: `btf ${id}` })
  return { btf, key: (facts.keyType || undefined) as TypeId | undefined, value: value as TypeId }
}

function vmlinuxId(kernel: KernelObjects): number {
  const [first] = kernel.ids("btf").filter(id => kernel.btf(id)?.name === "vmlinux")
  return first ?? 1
}

/** An entry as text: bytes in hex, on one line where they are few. */
export function entryPlain(facts: MapFacts, key: Uint8Array, value: Uint8Array): string {
  if (isPerCpu(facts)) return perCpuPlain(facts, key, value)
  const { keySize, valueSize } = facts
  const isLong = keySize > 16 || valueSize > 16
  const isShort = keySize + valueSize <= 24 && !isLong
  const space = isLong ? "\n" : " "
  const parts: string[] = []
  if (keySize > 0) parts.push(`key:${space}${hexBytes(key)}${isShort ? "  " : "\n"}`)
  if (valueSize > 0) parts.push(`value:${space}${hexBytes(value)}`)
  return `${parts.join("")}\n`
}

function perCpuPlain(facts: MapFacts, key: Uint8Array, value: Uint8Array): string {
  const { keySize, valueSize } = facts
  const space = valueSize > 16 ? "\n" : " "
  const lines = keySize > 0 ? [`key:\n${hexBytes(key)}\n`] : []
  for (const [cpu, one] of perCpuValues(facts, value).entries())
    lines.push(`value (CPU ${String(cpu).padStart(2, "0")}):${space}${hexBytes(one)}\n`)
  return lines.join("")
}

function perCpuValues({ valueSize }: MapFacts, value: Uint8Array): Uint8Array[] {
  const stride = Math.ceil(valueSize / 8) * 8
  const count = stride === 0 ? 0 : value.length / stride
  return Array.from({ length: count }, (_, cpu) => value.subarray(cpu * stride, cpu * stride + valueSize))
}

/** An entry as JSON: bytes, and with types what they mean. */
export function entryJson(
  facts: MapFacts,
  types: EntryTypes | undefined,
  key: Uint8Array,
  value: Uint8Array,
  json: JsonWriter,
): void {
  json.object(() => {
    json.name("key")
    json.bytes(key)
    if (!isPerCpu(facts)) {
      json.name("value")
      json.bytes(value.subarray(0, facts.valueSize))
    } else {
      json.arrayField("values", () => {
        for (const [cpu, one] of perCpuValues(facts, value).entries())
          json.object(() => {
            json.field("cpu", cpu)
            json.name("value")
            json.bytes(one)
          })
      })
    }
    if (!types) return
    json.name("formatted")
    typedEntry(facts, types, key, value, json, false)
  })
}

/** An entry by its types. */
export function typedEntry(
  facts: MapFacts,
  types: EntryTypes,
  key: Uint8Array,
  value: Uint8Array,
  json: JsonWriter,
  isPlain: boolean,
): void {
  const form = { isPlain }
  json.object(() => {
    if (types.key !== undefined) {
      json.name("key")
      writeBtfValue(json, types.btf, types.key, key, form)
    }
    if (!isPerCpu(facts)) {
      json.name("value")
      writeBtfValue(json, types.btf, types.value, value, form)
      return
    }
    json.arrayField("values", () => {
      for (const [cpu, one] of perCpuValues(facts, value).entries())
        json.object(() => {
          json.field("cpu", cpu)
          json.name("value")
          writeBtfValue(json, types.btf, types.value, one, form)
        })
    })
  })
}

/** Slots of programs and maps that hold nothing are no error, and nothing to show. */
export function isEmptySlot(facts: MapFacts, errno: number): boolean {
  return (isMapOfMaps(facts) || isMapOfPrograms(facts)) && errno === ERRNO.ENOENT[0]
}

export function unreadablePlain(facts: MapFacts, key: Uint8Array, errno: number): string {
  const text = unreadableText(facts, errno)
  const isLong = facts.keySize > 16 || text.length > 16
  const isShort = facts.keySize + text.length <= 24 && !isLong
  const space = isLong ? "\n" : " "
  return `key:${space}${hexBytes(key)}${isShort ? "  " : "\n"}value:${space}${text}\n`
}

function unreadableText({ type }: MapFacts, errno: number): string {
  if (errno === ERRNO.ENOENT[0]) return "<no entry>"
  if (errno === ERRNO.ENOSPC[0] && mapType(type)?.name === "reuseport_sockarray") return "<cannot read>"
  return strerror(errno)
}

export function unreadableJson(key: Uint8Array, errno: number, json: JsonWriter): void {
  json.object(() => {
    json.name("key")
    json.bytes(key)
    json.objectField("value", () => json.field("error", strerror(errno)))
  })
}

export function strerror(errno: number): string {
  const name = (Object.keys(ERRNO) as Errno[]).find(each => ERRNO[each][0] === errno)
  return name ? errnoText(name) : `Unknown error ${errno}`
}
