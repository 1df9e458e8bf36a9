import { endsProcess, type GlobalMemory, type MapView } from "../../kernel/index.ts"
import type { ArenaMap } from "../maps/index.ts"

/**
 * A window on an arena, byte by byte, which allocates what it touches, as a process's mapping does. Through `bytes` only
 * what is written is seen: looking at a page leaves it to programs.
 */
export class ArenaView implements MapView {
  readonly stride = 1
  readonly length: number
  readonly #map: ArenaMap

  constructor(map: ArenaMap) {
    this.#map = map
    this.length = map.pages.size
  }

  /** Throws MapError for an arena with BPF_F_SEGV_ON_FAULT, where nobody could stop a touch of the wrong page. */
  get bytes(): Uint8Array {
    if (this.#map.endsProcessOnFault) throw endsProcess(this.#map.attributes.name)
    return this.#map.window(this.length)
  }

  get(index: number): number | undefined {
    return this.#has(index) ? this.#map.read(index, 1)[0] : undefined
  }

  set(index: number, value: unknown): void {
    if (this.#has(index)) this.#map.write(index, Uint8Array.of(Number(value)))
  }

  #has(index: number): boolean {
    return Number.isInteger(index) && index >= 0 && index < this.length
  }
}

/** The memory of `__arena` variables. */
export function arenaGlobals(map: ArenaMap): GlobalMemory {
  return {
    read: () => map.pages.bytes,
    write: (offset, bytes) => map.write(offset, bytes),
  }
}
