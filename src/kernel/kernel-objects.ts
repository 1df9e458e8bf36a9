import type { RunOptions, RunResult } from "./test-run.ts"

/** Kinds of objects that a kernel keeps by id. */
export type ObjectKind = "program" | "map" | "link" | "btf"

/** A program as the kernel describes it (`struct bpf_prog_info`). */
export interface ProgramFacts {
  readonly id: number
  /** Number of the program type. */
  readonly type: number
  /** As the kernel holds it: at most 15 characters. */
  readonly name: string
  /** The name of its function in BTF where the kernel's was cut, else the same. */
  readonly fullName: string
  /** Eight bytes in hex. */
  readonly tag: string
  readonly gplCompatible: boolean
  readonly runTime: bigint
  readonly runCount: bigint
  readonly recursionMisses: bigint
  readonly device: DeviceFacts | undefined
  /** Nanoseconds since boot. */
  readonly loadTime: bigint
  readonly uid: number
  /** Bytes of the code after verification, and of the machine code: 0 where it was not translated. */
  readonly translatedLength: number
  readonly jitedLength: number
  readonly memlock: number | undefined
  readonly mapIds: readonly number[]
  /** 0 without BTF. */
  readonly btfId: number
  readonly attachBtfObject: number
  readonly attachBtfId: number
}

/** The device that a program or map was offloaded to. */
export interface DeviceFacts {
  readonly index: number
  readonly namespaceDevice: bigint
  readonly namespaceInode: bigint
  /** Where it is in this network namespace. */
  readonly name: string | undefined
}

/** A program's code as the verifier left it. */
export interface ProgramCode {
  /** Eight bytes an instruction; map references hold ids. */
  readonly bytes: Uint8Array
  readonly functions: readonly { readonly at: number; readonly type: number }[]
  readonly lines: readonly {
    readonly at: number
    readonly file: number
    readonly text: number
    readonly line: number
    readonly column: number
  }[]
  /** Addresses of the machine code, one a function. */
  readonly symbols: readonly bigint[]
  /** The machine code. */
  readonly machineCode: Uint8Array
}

/** A map as the kernel describes it (`struct bpf_map_info`). */
export interface MapFacts {
  readonly id: number
  readonly type: number
  readonly name: string
  readonly flags: number
  readonly device: DeviceFacts | undefined
  readonly keySize: number
  readonly valueSize: number
  readonly maxEntries: number
  readonly memlock: number | undefined
  readonly frozen: boolean
  /** Of a program array that is in use: what its programs are. */
  readonly ownerType: number | undefined
  readonly ownerJited: boolean | undefined
  readonly btfId: number
  readonly keyType: number
  readonly valueType: number
  /** Of struct_ops maps: the value's type in the kernel's BTF. */
  readonly kernelValueType: number
}

/** BTF that the kernel holds. */
export interface BtfFacts {
  readonly id: number
  readonly size: number
  /** vmlinux or a module. */
  readonly isKernel: boolean
  readonly name: string
}

/** A link as the kernel describes it (`struct bpf_link_info`); `detail` by what it is. */
export interface LinkFacts {
  readonly id: number
  readonly type: number
  readonly programId: number
  readonly detail: LinkDetail
}

export type LinkDetail =
  | { readonly kind: "rawTracepoint"; readonly name: string }
  | {
      readonly kind: "tracing"
      readonly attachType: number
      readonly targetObject: number
      readonly targetBtf: number
    }
  | { readonly kind: "cgroup"; readonly cgroup: bigint; readonly attachType: number }
  | {
      readonly kind: "iter"
      readonly target: string
      readonly map: number
      readonly task: number
      readonly process: number
      readonly cgroup: bigint
      readonly order: number
    }
  | { readonly kind: "netns"; readonly inode: number; readonly attachType: number }
  | { readonly kind: "xdp"; readonly index: number; readonly device: string | undefined }
  | { readonly kind: "structOps"; readonly map: number }
  | {
      readonly kind: "netfilter"
      readonly family: number
      readonly hook: number
      readonly priority: number
      readonly flags: number
    }
  | {
      readonly kind: "tcx" | "netkit"
      readonly index: number
      readonly device: string | undefined
      readonly attachType: number
    }
  | { readonly kind: "sockmap"; readonly map: number; readonly attachType: number }
  | {
      readonly kind: "uprobeMulti"
      readonly path: string
      readonly isReturn: boolean
      readonly process: number
      readonly places: readonly {
        readonly offset: bigint
        readonly counter: bigint
        readonly cookie: bigint
      }[]
    }
  | { readonly kind: "other" }

/** A program that a descriptor of a process keeps on a perf event or raw tracepoint. */
export interface TaskDescriptor {
  readonly process: number
  readonly fd: number
  readonly programId: number
  readonly kind: "raw_tracepoint" | "tracepoint" | "kprobe" | "kretprobe" | "uprobe" | "uretprobe"
  /** Tracepoint, function or file; "" for a probe by address. */
  readonly name: string
  readonly offset: bigint
  readonly address: bigint
}

/** What BPF_PROG_QUERY tells of one hook: programs in their order, with the flags of each. */
export interface AttachedPrograms {
  readonly flags: number
  readonly programs: readonly { readonly id: number; readonly flags: number }[]
}

/** An open map. `using map = …`. Methods throw MapError. */
export interface OpenMap extends Disposable {
  readonly facts: MapFacts
  /** Bytes that a value has for bpf(2): of per-CPU maps one a CPU, each rounded up to 8. */
  readonly valueBytes: number
  /** The value, or the errno of what refused it. */
  lookup(key: Uint8Array): Uint8Array | { readonly errno: number }
  /** Takes an element out: of queues and stacks without a key. Undefined when there is none. */
  take(key: Uint8Array): Uint8Array | undefined
  update(key: Uint8Array, value: Uint8Array, flags: number): void
  /** Puts a map or a program, by id, into a map of maps or of programs. */
  updateReference(key: Uint8Array, kind: "map" | "program", id: number, flags: number): void
  delete(key: Uint8Array): void
  /** The key behind this one, the first for undefined; undefined at the end. */
  nextKey(key: Uint8Array | undefined): Uint8Array | undefined
  freeze(): void
}

/** What stands in a perf event array: a record of a program, or how many found no room. */
export type MapEvent = { readonly cpu: number; readonly index: number } & (
  | { readonly kind: "sample"; readonly time: bigint; readonly bytes: Uint8Array }
  | { readonly kind: "lost"; readonly id: bigint; readonly count: bigint }
)

export interface MapEventOptions {
  /** One CPU's records through one slot of the map; without it those of every CPU, in the slot of its number. */
  readonly at: { readonly cpu: number; readonly index: number } | undefined
  /** Ends the reading. */
  readonly signal: AbortSignal
}

/** Symbols of the kernel: functions, programs and data, by name or address. */
export interface KernelSymbols {
  /** The first of that address; undefined where there is none, or the kernel hides addresses. */
  nameAt(address: bigint): string | undefined
  addressOf(name: string): bigint | undefined
}

export interface NewMap {
  readonly type: number
  readonly name: string
  readonly keySize: number
  readonly valueSize: number
  readonly maxEntries: number
  readonly flags: number
  readonly innerMap: number | undefined
}

/** A BPF classifier of traffic control. */
export interface DeviceFilter {
  /** Where it stands: "clsact/ingress", or a queueing discipline. */
  readonly kind: string
  readonly name: string | undefined
  readonly id: number | undefined
  /** Undefined when it has none, as in direct-action mode. */
  readonly actions:
    | readonly { readonly name: string | undefined; readonly id: number | undefined }[]
    | undefined
}

/** The programs on a network interface. */
export interface DeviceHooks {
  readonly index: number
  readonly name: string
  /** "driver", "generic" or "offload". */
  readonly xdp: readonly { readonly mode: string; readonly id: number }[]
  /** Programs in several modes at once. */
  readonly isSeveral: boolean
  readonly filters: readonly DeviceFilter[]
}

export type XdpAttachMode = "xdp" | "xdpgeneric" | "xdpdrv" | "xdpoffload"

/**
 * What a kernel keeps beside the objects that this process loaded: everything by id, in whichever process it is. The
 * commands in bpftool's manner stand on this. Every method throws SkepError with the kernel's errno.
 */
export interface KernelObjects {
  readonly cpus: number
  /** When the kernel booted, in nanoseconds since 1970. */
  readonly bootTime: bigint
  /** Ids, ascending. */
  ids(kind: ObjectKind): readonly number[]
  /** Undefined when it is gone meanwhile. */
  program(id: number): ProgramFacts | undefined
  map(id: number): MapFacts | undefined
  /** All that the kernel tells of a map: its `struct bpf_map_info`. */
  mapInfoBytes(id: number): Uint8Array
  link(id: number): LinkFacts | undefined
  btf(id: number): BtfFacts | undefined
  /** The bytes of a BTF object. */
  btfBytes(id: number): Uint8Array
  code(id: number): ProgramCode
  /** What stands under a path of a BPF file system. */
  pinned(path: string): { readonly kind: ObjectKind | "unknown"; readonly id: number }
  /** Every pinned object of a kind, in the order in which directories give them. */
  pins(kind: ObjectKind): readonly { readonly id: number; readonly path: string }[]
  pin(kind: ObjectKind, id: number, path: string): void
  openMap(id: number): OpenMap
  /** Records of a perf event array from now on: the slots of the map are given to this reader. */
  mapEvents(id: number, options: MapEventOptions): AsyncIterable<MapEvent>
  /** Makes a map and pins it. */
  createMap(map: NewMap, path: string): void
  /** Programs on perf events and raw tracepoints, of every process. Undefined where the kernel cannot tell. */
  taskDescriptors(): Iterable<TaskDescriptor>
  /** Programs of one attach type on a control group, by path. Undefined where the kernel knows no such hook. */
  cgroupPrograms(path: string, attachType: number, effective: boolean): AttachedPrograms | undefined
  attachToCgroup(path: string, attachType: number, program: number, flags: number): void
  detachFromCgroup(path: string, attachType: number, program: number): void
  /** BPF_PROG_ATTACH without a target, or to a map: flow dissector, sk_msg and sk_skb. */
  attachProgram(program: number, attachType: number, map: number | undefined): void
  detachProgram(program: number, attachType: number, map: number | undefined): void
  detachLink(id: number): void
  /** Interfaces and the programs on them; of one, by name, alone. */
  devices(name: string | undefined): readonly DeviceHooks[]
  /** The flow dissector of this network namespace. */
  flowDissector(): number | undefined
  /** Puts a program on an interface as `ip link set … xdp` does; undefined takes it off. */
  setXdp(
    device: string,
    mode: XdpAttachMode,
    program: number | undefined,
    options: { readonly replace: boolean },
  ): void
  testRun(program: number, options: RunOptions): RunResult
  symbols(): KernelSymbols
}
