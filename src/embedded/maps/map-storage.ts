import type { ExecutableProgram } from "../../engine/index.ts"
import type { SpecialFields, ValueLayout } from "../fields/index.ts"
import type { KernelMemory } from "../memory/index.ts"

/** What a map is made from: the union bpf_attr of BPF_MAP_CREATE, sizes in bytes. */
export interface MapAttributes {
  readonly name: string
  /** UAPI number of the type. */
  readonly type: number
  readonly keySize: number
  readonly valueSize: number
  readonly maxEntries: number
  readonly flags: number
  readonly extra: bigint
  /** The template of inner maps, for maps of maps. */
  readonly inner?: MapAttributes
  /** Where values have fields that the kernel gives a meaning; left out when they have none. */
  readonly layout?: ValueLayout
}

/** What maps may ask of the kernel that holds them. */
export interface MapHost {
  readonly memory: KernelMemory
  readonly cpus: number
  /** What special fields of values hold. */
  readonly fields: SpecialFields
  /** True when the kernel's release is at least this one. */
  since(release: string): boolean
  /** The CPU that is running now. */
  cpu(): number
  /** Nanoseconds since boot. */
  now(): bigint
  /** The next number of `MapRecord.order`. */
  nextOrder(): number
  /** The storage behind a map id, for maps of maps; undefined when there is none. */
  mapById(id: number): MapStorage | undefined
  /** The loaded program behind an id, for prog arrays; undefined when there is none. */
  programById(id: number): TailTarget | undefined
}

/** A program as a prog array holds it. */
export interface TailTarget {
  readonly id: number
  readonly name: string
  /** bpftool's name of the program type. */
  readonly type: string
  readonly executable: ExecutableProgram
}

/**
 * One map's storage. Programs' side works on addresses in kernel memory and answers as the kernel's map operations
 * do: an address or 0, and 0 or a negative errno. The user side (bpf(2) commands) works on bytes; per-CPU values
 * there are one after the other, each rounded up to 8 bytes.
 */
export interface MapStorage {
  readonly id: number
  readonly attributes: MapAttributes
  /** Where a `struct bpf_map` stands for this map in kernel memory: what an `lddw` of the map holds. */
  readonly address: number
  /** The address of the value under the key at `key`, or 0. */
  lookup(key: number): number
  /** The address of the value that a CPU has under the key (any CPU's where there is one for all), or 0. No use of the key. */
  valueOf(key: number, cpu: number): number
  /** `flags`: BPF_ANY 0, BPF_NOEXIST 1, BPF_EXIST 2. 0 or −errno. */
  update(key: number, value: number, flags: bigint): number
  delete(key: number): number
  /** User side: undefined when there is no such key (ENOENT); throws MapError for what bpf(2) refuses otherwise. */
  get(key: Uint8Array): Uint8Array | undefined
  set(key: Uint8Array, value: Uint8Array, flags: bigint): void
  remove(key: Uint8Array): boolean
  /** The key after `key` (the first for undefined or a key that is gone), or undefined at the end. */
  nextKey(key: Uint8Array | undefined): Uint8Array | undefined
  /** The key of the value at an address; undefined when no value stands there. */
  keyOf(value: number): Uint8Array | undefined
  /** Where a data section's value (`BPF_PSEUDO_MAP_VALUE`) lies; maps without one throw MapError ENOTSUPP. */
  valueAddress(offset: number): number
  /** The first `size` bytes of an array's values as they are now; a view until memory grows. Others throw MapError EINVAL. */
  window(size: number): Uint8Array
  /** Records for user space: perf event arrays and ring buffers only. */
  readonly records?: MapRecords
  /** Gives the memory back. */
  close(): void
}

/** One record that a program handed to user space. */
export interface MapRecord {
  readonly bytes: Uint8Array
  readonly cpu: number
  /** Counts all records of a kernel, whatever map they went to. */
  readonly order: number
}

/** The reading side of perf event arrays and ring buffers, open from the map's creation. */
export interface MapRecords {
  /** Takes what was not read yet, in order. */
  take(): MapRecord[]
  pending(): number
  /** Records that found the buffer full. */
  readonly lost: number
  /** Calls `listener` after each record; the answer stops it. */
  onRecord(listener: () => void): () => void
}
