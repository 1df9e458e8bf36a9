import { alignUp } from "../../base/index.ts"
import type { Btf, TypeId } from "../../btf/index.ts"
import { mapType } from "../../catalog/index.ts"
import type { ExecutableProgram } from "../../engine/index.ts"
import type { SpecialFields, ValueLayout } from "../fields/index.ts"
import type { KernelMemory } from "../memory/index.ts"
import type { NativeMap } from "./native/index.ts"
import type { MapDevice } from "./references/redirect.ts"
import type { SocketMapPrograms } from "./references/socket-map.ts"

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
  /** A map that is that template, by its id (Linux takes a descriptor). */
  readonly innerId?: number
  /** What BTF says of key and value; without it they are bytes. */
  readonly types?: MapTypes
  /** What descriptions of the map tell of its types: the id of their BTF, and theirs in it. */
  readonly typeIds?: { readonly btf: number; readonly key: TypeId; readonly value: TypeId }
  /** With BPF_F_NUMA_NODE: the memory node. */
  readonly numaNode?: number
  /** A network interface that is to hold the map; 0 is none. */
  readonly device?: number
}

/** The BTF types of key and value; 0 is none. */
export interface MapTypes {
  /** Undefined when the caller named a BTF object that is not there. */
  readonly btf: Btf | undefined
  readonly key: TypeId
  readonly value: TypeId
  /** struct_ops: the type of the value in the kernel's own BTF. */
  readonly kernelValue?: number
}

/** Bytes that a value has for bpf(2): of per-CPU maps one a CPU, each rounded up to 8. */
export function valueBytesOf({ attributes: { type, valueSize } }: MapStorage, cpus: number): number {
  return mapType(type)?.name.includes("percpu") ? alignUp(valueSize, 8) * cpus : valueSize
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
  /** The same, for whom asking takes no time. */
  readonly clock: { now(): bigint }
  /** The next number of `MapRecord.order`. */
  nextOrder(): number
  /** The storage behind a map id, for maps of maps; undefined when there is none. */
  mapById(id: number): MapStorage | undefined
  /** The loaded program behind an id, for prog arrays; undefined when there is none. */
  programById(id: number): TailTarget | undefined
  /** The network interface of the acting process's namespace with this index, for device maps; undefined when there is none. */
  deviceByIndex(index: number): MapDevice | undefined
  /** The socket behind a descriptor of the task on the CPU; undefined when there is none. */
  socketByDescriptor(fd: number): HeldSocket | undefined
  /** The struct inode behind a descriptor of the task on the CPU; undefined when nothing is open under that number. */
  inodeByDescriptor(fd: number): number | undefined
  /** The socket that a program has the address of. */
  socketAt(address: number): HeldSocket | undefined
  /** The struct cgroup of a group, by a descriptor of its folder or by its id; undefined when there is none. */
  groupByDescriptor(fd: number): number | undefined
  groupById(id: number): number | undefined
  /** Whether a type of the kernel is the value of struct_ops maps. */
  isOperations(btfId: number): boolean
  /** Where the task_struct of a process stands, by its id, for task storages; undefined when there is none. */
  taskOfPid(pid: number): number | undefined
}

/** A socket as maps hold it. */
export interface HeldSocket {
  /** Where its `struct bpf_sock` stands, and its struct sock, by which it is forgotten. */
  readonly contextAddress: number
  readonly owner: number
  readonly cookie: bigint
  readonly protocol: "tcp" | "udp" | "other"
  readonly isEstablished: boolean
  readonly isListening: boolean
  readonly isBound: boolean
  /** SO_REUSEPORT. */
  readonly sharesPort: boolean
  /** From now on these programs of a map serve it, or none. */
  serve(programs: SocketMapPrograms | undefined): void
}

/** A program as a prog array holds it. */
export interface TailTarget {
  readonly id: number
  readonly name: string
  /** bpftool's name of the program type. */
  readonly type: string
  /** bpftool's name of the attach type that it was loaded for; undefined where its type has none. */
  readonly attachType?: string | undefined
  /** What runs after a tail call. */
  readonly tailCalled: ExecutableProgram
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
  /** Reads and removes in one step. */
  take(key: Uint8Array): Uint8Array | undefined
  /** True when a bloom filter may hold the value. */
  has(value: Uint8Array): boolean
  /** The key after `key` (the first for undefined or a key that is gone), or undefined at the end. */
  nextKey(key: Uint8Array | undefined): Uint8Array | undefined
  /** Set by BPF_MAP_FREEZE: from then on user space only reads. */
  frozen: boolean
  /** Elements without keys: queues, stacks and bloom filters only. */
  readonly elements?: MapElements
  /** A task (or another kernel object that maps keep values for) is gone, and its values go too; `owner` is its address. */
  forgetOwner(owner: number): void
  /** The key of the value at an address; undefined when no value stands there. */
  keyOf(value: number): Uint8Array | undefined
  /** Where a data section's value (`BPF_PSEUDO_MAP_VALUE`) lies; maps without one throw MapError ENOTSUPP. */
  valueAddress(offset: number): number
  /** The first `size` bytes of an array's values as they are now; others throw MapError EINVAL. */
  window(size: number): Uint8Array
  /** Records for user space: perf event arrays and ring buffers only. */
  readonly records?: MapRecords
  /** For compiled programs: how to do the same without JavaScript. Missing where there is no such way. */
  readonly native?: NativeMap
  /** Gives the memory back. */
  close(): void
}

/** What programs do with maps that have no keys: 0 or −errno. Values are addresses in kernel memory. */
export interface MapElements {
  push(value: number, flags: bigint): number
  /** Reads the next value and removes it. */
  pop(value: number): number
  /** Reads the next value; a bloom filter is asked whether it may have this one. */
  peek(value: number): number
}

/** One record that a program handed to user space. */
export interface MapRecord {
  readonly bytes: Uint8Array
  /** Where it came from; ring buffers do not tell. */
  readonly cpu?: number
  /** When it was written, in nanoseconds since boot; ring buffers do not tell. */
  readonly time?: bigint
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
