import { FRAME_BYTES, type StackRange } from "./machine.ts"

/**
 * Hands out frames of a machine's stack from the top down; the lowest one is the engines' own. The pointer belongs to the range, not to a run, so runs
 * that nest on one machine stand below each other whichever engine they use.
 */
export class StackArena {
  readonly #range: StackRange
  #pointer: number

  private constructor(range: StackRange) {
    this.#range = range
    this.#pointer = range.base + range.size
  }

  static of(range: StackRange): StackArena {
    let arena = arenas.get(range)
    if (arena === undefined) {
      arena = new StackArena(range)
      arenas.set(range, arena)
    }
    return arena
  }

  /** Takes a frame and gives the address above it (r10), or undefined when the range is used up. */
  enter(): number | undefined {
    if (this.#pointer - FRAME_BYTES < this.#range.base + FRAME_BYTES) return undefined
    const framePointer = this.#pointer
    this.#pointer -= FRAME_BYTES
    return framePointer
  }

  /** Where the next frame starts. */
  get mark(): number {
    return this.#pointer
  }

  /** Gives back every frame taken since `mark` was read. */
  release(mark: number): void {
    this.#pointer = mark
  }
}

const arenas = new WeakMap<StackRange, StackArena>()
