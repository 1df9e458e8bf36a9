/** How an entry came to be (NUD_…): by hand, by an answer, by somebody's question, or because nobody is asked on this link. */
export type NeighbourState = "permanent" | "reachable" | "stale" | "noarp"

/** The link-layer address of a station on a device's link. */
export interface Neighbour {
  /** 4 or 16 bytes. */
  readonly address: Uint8Array
  readonly mac: Uint8Array
  readonly state: NeighbourState
}

/** The stations that a device knows. They come when something is sent to them, or by hand. */
export class Neighbours {
  readonly #entries = new Map<string, Neighbour>()

  find(address: Uint8Array): Neighbour | undefined {
    return this.#entries.get(keyOf(address))
  }

  put(neighbour: Neighbour): Neighbour {
    this.#entries.set(keyOf(neighbour.address), neighbour)
    return neighbour
  }

  /** False where there is none. */
  remove(address: Uint8Array): boolean {
    return this.#entries.delete(keyOf(address))
  }

  all(): readonly Neighbour[] {
    return [...this.#entries.values()]
  }

  clear(): void {
    this.#entries.clear()
  }
}

function keyOf(address: Uint8Array): string {
  return address.join(".")
}
