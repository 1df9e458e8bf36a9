import { KERNEL_START, NULL_GUARD_END } from "../../src/embedded/memory/index.ts"
import type { KernelProfile } from "../../src/profile/index.ts"
import type { EmbeddedRecord, EmbeddedTrace } from "./embedded-runs.ts"
import type { GoldenRecord, GoldenValue } from "./golden.ts"

/** One thing in which a record of the embedded kernel is not Linux's. */
export interface Difference {
  readonly hook: string
  /** "order", "text", "args[1]", "fields.prio" … */
  readonly what: string
  readonly linux: unknown
  readonly embedded: unknown
}

/** Compares values one by one; pointers keep their names for a run, so that the same object stays the same. */
export class Comparison {
  readonly differences: Difference[] = []
  /** Values that were equal. */
  equal = 0
  readonly #profile: KernelProfile
  readonly #pointers = new Map<string, bigint>()
  readonly #pids: Readonly<Record<string, number | undefined>>

  constructor(trace: EmbeddedTrace) {
    this.#profile = trace.kernel.profile
    this.#pids = { "shell pid": trace.shell, "child pid": trace.child }
  }

  /** Each task's hooks in order; then what each hook saw. What runs side by side in Linux is compared task by task. */
  traces(linux: readonly GoldenRecord[], embedded: readonly EmbeddedRecord[]): void {
    for (const task of ["shell", "child"] as const)
      this.#task(
        linux.filter(record => record.task === task),
        embedded.filter(record => record.task === task),
      )
  }

  #task(linux: readonly GoldenRecord[], embedded: readonly EmbeddedRecord[]): void {
    for (const [one, other] of align(linux, embedded)) {
      if (!one) this.#note(other?.hook ?? "", "order", "not called", "called")
      else if (!other) this.#note(one.hook, "order", "called", "not called")
      else this.#record(one, other)
    }
  }

  #record(linux: GoldenRecord, embedded: EmbeddedRecord): void {
    // Of events that all system calls share, the number says which one it was.
    const hook = linux.fields?.id === undefined ? linux.hook : `${linux.hook} ${String(linux.fields.id)}`
    this.#same(hook, "comm", linux.comm, embedded.comm)
    this.#same(hook, "uid", linux.uid ?? 0, embedded.uid)
    this.#same(hook, "text", linux.text ?? "", embedded.text)
    this.#same(hook, "flags", linux.flags, embedded.flags)
    for (const key of ["function", "args", "words", "fields", "ret", "ip"] as const) {
      if (linux[key] !== undefined) this.#value(hook, key, linux[key] as GoldenValue, embedded.values[key])
      else this.#same(hook, key, undefined, embedded.values[key])
    }
  }

  #value(hook: string, what: string, linux: GoldenValue, embedded: unknown): void {
    if (typeof linux === "object") {
      const keys = Array.isArray(linux) ? linux.map((_, index) => `[${index}]`) : Object.keys(linux)
      const ours = Object.values((embedded ?? {}) as object) as unknown[]
      if (ours.length !== keys.length) this.#note(hook, what, keys.length, ours.length)
      Object.values(linux as object).forEach((value: GoldenValue, index) => {
        const key = keys[index] as string
        this.#value(hook, key.startsWith("[") ? what + key : `${what}.${key}`, value, ours[index])
      })
    } else if (typeof embedded === "bigint") {
      const fits =
        typeof linux === "number"
          ? BigInt.asUintN(64, BigInt(linux)) === embedded
          : this.#isNamed(linux, embedded)
      if (!fits) this.#note(hook, what, linux, this.#describe(embedded))
      else if (this.#isSame(linux, embedded)) this.equal++
      else this.#note(hook, `${what} identity`, linux, this.#describe(embedded))
    } else this.#same(hook, what, linux, embedded)
  }

  /** True when an address here is of the kind that Linux's has. */
  #isNamed(name: string, value: bigint): boolean {
    if (name in this.#pids) return value === BigInt(this.#pids[name] ?? -1)
    if (name.startsWith("user#")) return value >= BigInt(NULL_GUARD_END) && value < BigInt(KERNEL_START)
    if (name.startsWith("kernel#")) return value >= BigInt(KERNEL_START) && value < 1n << 31n
    return this.#describe(value) === name
  }

  /** True when a pointer here is the one that had this name before; other values are what they are. */
  #isSame(name: number | string, value: bigint): boolean {
    if (typeof name === "number" || !name.includes("#")) return true
    const known = this.#pointers.get(name)
    this.#pointers.set(name, value)
    return known === undefined || known === value
  }

  #describe(value: bigint): string {
    const place = this.#profile.symbols().at(value)
    return place ? `${place.name}+0x${place.offset.toString(16)}` : value.toString()
  }

  #same(hook: string, what: string, linux: unknown, embedded: unknown): void {
    if (linux === embedded) this.equal++
    else this.#note(hook, what, linux, embedded)
  }

  #note(hook: string, what: string, linux: unknown, embedded: unknown): void {
    this.differences.push({ hook, what, linux, embedded })
  }
}

/** Pairs two lists by hook along their longest common subsequence; what has no partner stands alone. */
function align(
  linux: readonly GoldenRecord[],
  embedded: readonly EmbeddedRecord[],
): [GoldenRecord | undefined, EmbeddedRecord | undefined][] {
  const [rows, columns] = [linux.length, embedded.length]
  const longest = Array.from({ length: rows + 1 }, () => new Uint16Array(columns + 1))
  const at = (row: number, column: number): number => longest[row]?.[column] ?? 0
  for (let row = rows - 1; row >= 0; row--)
    for (let column = columns - 1; column >= 0; column--) {
      const same = linux[row]?.hook === embedded[column]?.hook
      const line = longest[row] as Uint16Array
      line[column] = same ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1))
    }
  const pairs: [GoldenRecord | undefined, EmbeddedRecord | undefined][] = []
  let [row, column] = [0, 0]
  while (row < rows || column < columns) {
    if (row < rows && column < columns && linux[row]?.hook === embedded[column]?.hook)
      pairs.push([linux[row++], embedded[column++]])
    else if (column >= columns || (row < rows && at(row + 1, column) >= at(row, column + 1)))
      pairs.push([linux[row++], undefined])
    else pairs.push([undefined, embedded[column++]])
  }
  return pairs
}
