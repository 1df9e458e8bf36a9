import { alignUp } from "../../base/index.ts"
import { endsProcess, type GlobalMemory, notMappable } from "../../kernel/index.ts"
import { BPF_F_MMAPABLE } from "../../object/index.ts"
import { LinuxCallError } from "../ffi/call-error.ts"
import { Mapping, PROT_READ, PROT_WRITE } from "../ffi/mapping.ts"
import { lookupElement, mapFailure, type RawMap, updateElement } from "./map-elements.ts"

export const PAGE = 4096
const BPF_F_SEGV_ON_FAULT = 1 << 17
const EPERM = 1

/** Type, size and flags as the kernel holds them. */
export interface MapShape {
  readonly type: string
  readonly valueSize: number
  readonly maxEntries: number
  readonly flags: number
}

/** The memory of an array or arena that is shared with this process, mapped when it is first asked for. */
export class MapMemory implements GlobalMemory, Disposable {
  readonly #map: RawMap
  readonly #shape: MapShape
  #mapping: Mapping | undefined
  #isFrozen = false

  /** `mapping`: of an arena, which is mapped before programs are loaded. */
  constructor(map: RawMap, shape: MapShape, mapping: Mapping | undefined) {
    this.#map = map
    this.#shape = shape
    this.#mapping = mapping
  }

  /** A window on all of it. Throws MapError where there can be none. */
  window(): Uint8Array {
    this.#mapping ??= this.#open()
    return this.#mapping.bytes
  }

  /** The window, or a copy of a map's only value. */
  read(): Uint8Array {
    return this.#isMmapable ? this.window() : this.#onlyValue()
  }

  /** Writes into the window, or changes a map's only value. */
  write(offset: number, bytes: Uint8Array): void {
    if (this.#isMmapable) {
      const window = this.window()
      if (this.#isFrozen)
        throw mapFailure(this.#map, "write", EPERM, "constants are set by `globals` of load()")
      window.set(bytes, offset)
      return
    }
    const value = this.#onlyValue()
    value.set(bytes, offset)
    updateElement(this.#map, new Uint8Array(4), value, 0)
  }

  [Symbol.dispose](): void {
    this.#mapping?.close()
  }

  get #isMmapable(): boolean {
    return (this.#shape.flags & BPF_F_MMAPABLE) !== 0
  }

  #onlyValue(): Uint8Array {
    return lookupElement(this.#map, new Uint8Array(4)) ?? new Uint8Array(this.#shape.valueSize)
  }

  #open(): Mapping {
    const { bpf, fd, name } = this.#map
    const { flags, maxEntries, type, valueSize } = this.#shape
    if (!this.#isMmapable) throw notMappable(name)
    if ((flags & BPF_F_SEGV_ON_FAULT) !== 0) throw endsProcess(name)
    const size = type === "arena" ? maxEntries * PAGE : alignUp(alignUp(valueSize, 8) * maxEntries, PAGE)
    try {
      return new Mapping(bpf.native, fd, size, PROT_READ | PROT_WRITE)
    } catch (error) {
      if (!(error instanceof LinuxCallError && error.number === EPERM)) throw error
      // Frozen maps can be read.
      const mapping = new Mapping(bpf.native, fd, size, PROT_READ)
      this.#isFrozen = true
      return mapping
    }
  }
}
