import { didYouMean, encodeUtf8, UsageError } from "../../base/index.ts"
import type { Tracepoint, TracepointField } from "../../profile/index.ts"
import type { KernelMemory } from "../memory/index.ts"

/** What a trace event records: by field name, as its format file lists them. */
export type EventRecord = Readonly<Record<string, number | bigint | string | readonly bigint[]>>

/** Lays records of one trace event out as perf does: fixed fields by the format file, dynamic strings behind them. */
export class RecordWriter {
  readonly #name: string
  readonly #fields = new Map<string, TracepointField>()
  readonly #fixed: number

  private constructor({ category, name, fields }: Tracepoint) {
    this.#name = `${category}/${name}`
    this.#fixed = Math.max(8, ...fields.map(field => field.offset + field.size))
    for (const field of fields) this.#fields.set(field.name, field)
  }

  static of(event: Tracepoint): RecordWriter {
    const known = writers.get(event)
    if (known) return known
    const writer = new RecordWriter(event)
    writers.set(event, writer)
    return writer
  }

  /** Throws UsageError for a field that the event does not have, and for a value that the field cannot hold. */
  check(record: EventRecord): void {
    for (const name in record) {
      const field = this.#fields.get(name)
      const value = record[name] as EventRecord[string]
      if (!field) {
        const near = didYouMean(name, this.#fields.keys())
        throw new UsageError(`${this.#name} has no field '${name}'`, {
          hint: near ?? `it has ${[...this.#fields.keys()].join(", ")}`,
        })
      }
      const isText = typeof value === "string"
      if (isText ? isNumber(field) : field.dynamic || (typeof value === "number" && !Number.isInteger(value)))
        throw new UsageError(
          `${this.#name}: field '${name}' (${field.type}) cannot hold ${JSON.stringify(value)}`,
        )
    }
  }

  /** The record in kernel memory, for the caller to free. Fields of other releases are left out. */
  write(memory: KernelMemory, record: EventRecord): number {
    let strings = 0
    for (const name in record) {
      const value = record[name]
      if (typeof value === "string") strings += value.length * 4 + 8
    }
    const address = memory.alloc(this.#fixed + strings)
    let dynamic = this.#fixed
    for (const name in record) {
      const field = this.#fields.get(name)
      if (!field) continue
      const value = record[name] as EventRecord[string]
      const at = address + field.offset
      if (typeof value === "string") {
        const text = encodeUtf8(`${value}\0`)
        if (field.dynamic) {
          memory.write(address + dynamic, text)
          memory.view.setUint32(at, (text.length << 16) | dynamic, true)
          dynamic += text.length
        } else memory.write(at, text.subarray(0, field.size))
      } else if (typeof value === "object") {
        const size = field.size / value.length
        for (let index = 0; index < value.length; index++)
          writeInteger(memory, at + index * size, size, value[index] as bigint)
      } else writeInteger(memory, at, field.size, value)
    }
    return address
  }
}

const writers = new WeakMap<Tracepoint, RecordWriter>()

function isNumber({ type, size, dynamic }: TracepointField): boolean {
  return !dynamic && !(type.includes("char") && size > 1)
}

function writeInteger({ view, bytes }: KernelMemory, at: number, size: number, value: number | bigint): void {
  if (size === 4 && typeof value === "number") {
    view.setUint32(at, value, true)
    return
  }
  let rest = BigInt.asUintN(64, BigInt(value))
  if (size === 8) {
    view.setBigUint64(at, rest, true)
    return
  }
  for (let index = 0; index < size; index++, rest >>= 8n) bytes[at + index] = Number(rest & 0xffn)
}
