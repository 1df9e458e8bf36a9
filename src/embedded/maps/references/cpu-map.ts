import { type Errno, NotModelledError } from "../../../base/index.ts"
import { BPF_EXIST, BPF_NOEXIST } from "../flags.ts"
import { nextIndex, numberAt } from "../index-keys.ts"
import { MapBase } from "../map-base.ts"

/** The longest queue of packets that may wait for a processor. */
const LONGEST_QUEUE = 16384

/** cpumap: for each processor the size of its queue of packets, and a program in values of 8 bytes. */
export class CpuMap extends MapBase {
  readonly #values = new Map<number, Uint8Array>()

  override get(key: Uint8Array): Uint8Array | undefined {
    return this.#values.get(numberAt(key))?.slice()
  }

  override set(key: Uint8Array, value: Uint8Array, flags: bigint): void {
    const index = numberAt(key)
    const refusal = this.#refusal(index, numberAt(value), flags)
    if (refusal) throw this.fail(refusal, `update of processor ${index}`)
    if (numberAt(value) === 0) {
      this.#values.delete(index)
      return
    }
    const program = value.length === 8 ? new DataView(value.buffer, value.byteOffset).getInt32(4, true) : 0
    if (program > 0) this.#refuseProgram(program)
    this.#values.set(index, value.slice())
  }

  override remove(key: Uint8Array): boolean {
    const index = numberAt(key)
    if (index >= this.attributes.maxEntries) throw this.fail("EINVAL", `delete: it has no processor ${index}`)
    this.#values.delete(index)
    return true
  }

  lookup(_key: number): number {
    throw new NotModelledError(
      `map '${this.attributes.name}': programs that look into a cpumap are not modelled yet`,
    )
  }

  update(_key: number, _value: number, _flags: bigint): number {
    throw new NotModelledError(`map '${this.attributes.name}': programs do not write a cpumap`)
  }

  delete(_key: number): number {
    return this.update(_key, 0, 0n)
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

  #refusal(index: number, queue: number, flags: bigint): Errno | undefined {
    if (flags > BPF_EXIST) return "EINVAL"
    if (index >= this.attributes.maxEntries) return "E2BIG"
    if (flags === BPF_NOEXIST) return "EEXIST"
    if (queue > LONGEST_QUEUE) return "EOVERFLOW"
    return index < this.host.cpus ? undefined : "ENODEV"
  }

  /** Linux answers ENOMEM whatever is wrong with the program. */
  #refuseProgram(id: number): never {
    if (!this.host.programById(id)) throw this.fail("ENOMEM", `there is no program with id ${id}`)
    throw new NotModelledError(`map '${this.attributes.name}': programs in a cpumap are not modelled yet`)
  }
}
