import { type Errno, errnoNumber } from "../../../base/index.ts"
import { BPF_EXIST, BPF_NOEXIST } from "../flags.ts"
import { nextIndex, numberAt } from "../index-keys.ts"
import { MapBase } from "../map-base.ts"
import type { TailTarget } from "../map-storage.ts"
import type { CpuEntry } from "./redirect.ts"

/** The longest queue of packets that may wait for a processor. */
const LONGEST_QUEUE = 16384

interface StoredCpu extends CpuEntry {
  /** Where a `struct bpf_cpumap_val` stands for programs that look it up. */
  readonly value: number
}

/** cpumap: for each processor the size of its queue of packets, and a program in values of 8 bytes. */
export class CpuMap extends MapBase {
  readonly #entries = new Map<number, StoredCpu>()

  /** The element that a redirect names; undefined where none is. */
  entry(index: number): CpuEntry | undefined {
    return this.#entries.get(index)
  }

  programIds(): readonly number[] {
    return [...this.#entries.values()].flatMap(({ program }) => program?.id ?? [])
  }

  override get(key: Uint8Array): Uint8Array | undefined {
    const entry = this.#entries.get(numberAt(key))
    return entry && this.memory.read(entry.value, this.attributes.valueSize)
  }

  override set(key: Uint8Array, value: Uint8Array, flags: bigint): void {
    this.checkValue(value)
    const [cpu, queue] = [numberAt(key), numberAt(value)]
    const refusal = this.#refusal(cpu, queue, flags)
    if (refusal) throw this.fail(refusal, `update of processor ${cpu}`)
    const id = value.length === 8 ? new DataView(value.buffer, value.byteOffset).getInt32(4, true) : 0
    const program = queue > 0 && id > 0 ? this.#program(id) : undefined
    this.#drop(cpu)
    if (queue === 0) return
    const address = this.memory.alloc(8)
    this.memory.view.setUint32(address, queue, true)
    this.memory.view.setUint32(address + 4, program?.id ?? 0, true)
    this.#entries.set(cpu, { cpu, queue, program, value: address })
  }

  override remove(key: Uint8Array): boolean {
    const index = numberAt(key)
    if (index >= this.attributes.maxEntries) throw this.fail("EINVAL", `delete: it has no processor ${index}`)
    this.#drop(index)
    return true
  }

  lookup(key: number): number {
    return this.#entries.get(this.memory.view.getUint32(key, true))?.value ?? 0
  }

  /** The map is read-only to programs. */
  update(_key: number, _value: number, _flags: bigint): number {
    return -errnoNumber("EPERM")
  }

  delete(_key: number): number {
    return -errnoNumber("EPERM")
  }

  nextKey(key: Uint8Array | undefined): Uint8Array | undefined {
    return nextIndex(key, this.attributes.maxEntries)
  }

  protected find(key: number): number {
    return this.lookup(key)
  }

  protected claim(key: number, flags: bigint): number {
    return this.update(key, 0, flags)
  }

  override close(): void {
    for (const { value } of this.#entries.values()) this.memory.free(value)
    super.close()
  }

  #refusal(index: number, queue: number, flags: bigint): Errno | undefined {
    if (flags > BPF_EXIST) return "EINVAL"
    if (index >= this.attributes.maxEntries) return "E2BIG"
    if (flags === BPF_NOEXIST) return "EEXIST"
    if (queue > LONGEST_QUEUE) return "EOVERFLOW"
    return index < this.host.cpus ? undefined : "ENODEV"
  }

  /** Linux answers ENOMEM whatever is wrong with the program. */
  #program(id: number): TailTarget {
    const program = this.host.programById(id)
    if (!program) throw this.fail("ENOMEM", `update: there is no program with id ${id}`)
    if (program.type !== "xdp" || program.attachType !== "xdp_cpumap")
      throw this.fail(
        "ENOMEM",
        `update: program '${program.name}' is not for elements of a cpumap`,
        "its section is xdp/cpumap",
      )
    return program
  }

  #drop(cpu: number): void {
    const old = this.#entries.get(cpu)
    if (old) this.memory.free(old.value)
    this.#entries.delete(cpu)
  }
}
