import { type Btf, type BtfKind, readBtf } from "../../btf/index.ts"
import type { KernelType } from "../../kernel/index.ts"
import { BTF_LOAD, OBJECT_ID, OBJECT_INFO } from "../bpf/attributes.ts"
import type { Bpf } from "../bpf/bpf.ts"
import { BTF_INFO } from "../bpf/info.ts"
import { closeFd } from "../ffi/descriptor.ts"
import { Scratch } from "../ffi/scratch.ts"
import { readStructure } from "../ffi/structure.ts"
import type { Machine } from "./machine.ts"

const BTF_INFO_BYTES = 32
const NAME_BYTES = 64

/** The kernel's types with those of its modules, and the descriptors that programs refer to modules by. */
export class KernelTypes implements Disposable {
  readonly #bpf: Bpf
  readonly #machine: Machine
  readonly #descriptors = new Map<string, number>()
  #modules: readonly string[] | undefined

  constructor(bpf: Bpf, machine: Machine) {
    this.#bpf = bpf
    this.#machine = machine
  }

  get vmlinux(): Btf {
    return this.#machine.btf()
  }

  /** A type by name, in the kernel first, then in each module. */
  find(name: string, kind: BtfKind): KernelType | undefined {
    const id = this.vmlinux.find(name, kind)
    if (id !== undefined) return { id, module: 0, btf: this.vmlinux }
    this.#modules ??= this.#machine.moduleNames()
    for (const module of this.#modules) {
      const btf = this.#machine.moduleBtf(module)
      const own = btf.find(name, kind)
      if (own !== undefined && own >= btf.firstId) return { id: own, module: this.#descriptor(module), btf }
    }
    return undefined
  }

  /** Loads BTF and gives its descriptor, or −errno. */
  load(bytes: Uint8Array): number {
    return this.#bpf.try("BPF_BTF_LOAD", BTF_LOAD, { btf: bytes, btf_size: bytes.length }).result
  }

  /** Types by the id that a program or map names: undefined when it is gone. */
  byId(id: number): Btf | undefined {
    const { result: fd } = this.#bpf.try("BPF_BTF_GET_FD_BY_ID", OBJECT_ID, { id })
    if (fd < 0) return undefined
    try {
      using scratch = new Scratch(this.#bpf.native)
      const sizes = this.#info(fd, 0, scratch)
      const data = scratch.allocate(sizes.info.btf_size)
      this.#info(fd, data.address, scratch, sizes.info.btf_size)
      return readBtf(data.bytes.slice(), { label: `BTF ${id}`, ...(sizes.split && { base: this.vmlinux }) })
    } finally {
      closeFd(this.#bpf.native, fd)
    }
  }

  [Symbol.dispose](): void {
    for (const fd of this.#descriptors.values()) closeFd(this.#bpf.native, fd)
    this.#descriptors.clear()
  }

  #descriptor(module: string): number {
    let fd = this.#descriptors.get(module)
    if (fd === undefined) {
      fd = this.#open(module)
      this.#descriptors.set(module, fd)
    }
    return fd
  }

  /** Walks all BTF objects for a module's: there is no other way from name to id. */
  #open(module: string): number {
    for (let id = 0; ; ) {
      const { result, attributes } = this.#bpf.try("BPF_BTF_GET_NEXT_ID", OBJECT_ID, { id }, 12)
      if (result < 0) throw new Error(`BUG: module ${module} has BTF in /sys but no BTF object`)
      id = attributes.next_id
      const { result: fd } = this.#bpf.try("BPF_BTF_GET_FD_BY_ID", OBJECT_ID, { id })
      if (fd < 0) continue
      using scratch = new Scratch(this.#bpf.native)
      if (this.#info(fd, 0, scratch).name === module) return fd
      closeFd(this.#bpf.native, fd)
    }
  }

  #info(fd: number, data: number | bigint, scratch: Scratch, size = 0) {
    const name = scratch.allocate(NAME_BYTES)
    const { address, bytes } = scratch.allocate(BTF_INFO_BYTES)
    const view = new DataView(bytes.buffer)
    view.setBigUint64(0, BigInt(data), true)
    view.setUint32(8, size, true)
    view.setBigUint64(16, name.address, true)
    view.setUint32(24, NAME_BYTES, true)
    this.#bpf.call("BPF_OBJ_GET_INFO_BY_FD", OBJECT_INFO, {
      bpf_fd: fd,
      info_len: bytes.length,
      info: address,
    })
    const info = readStructure(BTF_INFO, bytes)
    const end = name.bytes.indexOf(0)
    const text = new TextDecoder().decode(name.bytes.subarray(0, end))
    return { info, name: text, split: info.kernel_btf !== 0 && text !== "vmlinux" }
  }
}
