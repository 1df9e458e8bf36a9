import type { Kernel } from "../kernel/index.ts"
import type { ObjectSpec } from "../object/index.ts"
import { Bpf, type BpfCall } from "./bpf/bpf.ts"
import { Poller } from "./ffi/epoll.ts"
import type { Native } from "./ffi/native.ts"
import { loadNative } from "./ffi/native.ts"
import type { LinuxObject } from "./linux-object.ts"
import { Features } from "./load/features.ts"
import { type LinuxLoadOptions, type LoadHost, loadObject } from "./load/load-object.ts"
import { raiseMemoryLimit } from "./load/memory-limit.ts"
import { KernelTypes } from "./machine/kernel-types.ts"
import { Machine } from "./machine/machine.ts"
import { readTracePipe } from "./read/trace-pipe.ts"

export interface OpenOptions {
  /** Told of every call of bpf(2), also of refused ones. */
  readonly onCall?: (call: BpfCall) => void
}

/**
 * The machine's own kernel. Throws LoadError where there is no Linux, or no package koffi for this machine. Close it
 * with `await using`: what it loaded goes with it, unless it was pinned.
 */
export async function openLinuxKernel(options: OpenOptions = {}): Promise<LinuxKernel> {
  return new LinuxKernel(await loadNative(), options)
}

export class LinuxKernel implements Kernel, LoadHost {
  readonly bpf: Bpf
  readonly machine = new Machine()
  readonly features: Features
  readonly types: KernelTypes
  readonly poller: Poller
  readonly #objects = new Set<LinuxObject>()

  constructor(native: Native, options: OpenOptions) {
    this.bpf = new Bpf(native)
    this.bpf.onCall = options.onCall
    this.features = new Features(this.bpf)
    this.types = new KernelTypes(this.bpf, this.machine)
    this.poller = new Poller(native)
  }

  get release(): string {
    return this.machine.release
  }

  get cpus(): number {
    return this.machine.possibleCpus
  }

  get onlineCpus(): readonly number[] {
    return this.machine.onlineCpus
  }

  async load(object: ObjectSpec, options: LinuxLoadOptions = {}): Promise<LinuxObject> {
    if (!this.features.memoryIsCgroupAccounted) raiseMemoryLimit(this.bpf.native)
    const loaded = loadObject(object, this, options)
    this.#objects.add(loaded)
    return loaded
  }

  trace(options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<string> {
    return readTracePipe(this.poller, options.signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const object of this.#objects) await object[Symbol.asyncDispose]()
    this.#objects.clear()
    this.types[Symbol.dispose]()
    this.poller[Symbol.dispose]()
  }
}
