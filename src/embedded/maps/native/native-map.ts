/** How compiled programs reach a map without JavaScript. Addresses and sizes are those of kernel memory, errors −errno. */
export type NativeMap = NativeArray | NativeHash | NativeRing

/** Values one behind the other: that of an index below `entries` is at `base + index * stride + cpu * cpuStride`. */
export interface NativeArray {
  readonly kind: "array"
  readonly base: number
  readonly entries: number
  /** A power of two or not, a multiple of 8. */
  readonly stride: number
  /** From one CPU's value to the next, 0 when there is one for all. The running CPU's number is at RUNNING_CPU. */
  readonly cpuStride: number
}

/** Functions that are WebAssembly exports, so other modules may import them. The caller sees to it that keys and values can be read. */
export interface NativeHash {
  readonly kind: "hash"
  readonly header: number
  /** The running CPU's value under a key, or 0; LRU maps note the use. */
  readonly lookup: (header: number, key: number) => number
  /**
   * Flags above 2, of all 64 bits, are refused with −EINVAL: pass any such number. Missing where an update does more than
   * to copy a value.
   */
  readonly update?: (header: number, key: number, value: number, flags: number) => number
  /** Missing where a value has to be cleaned up. */
  readonly remove?: (header: number, key: number) => number
}

export interface NativeRing {
  readonly kind: "ring"
  readonly header: number
  /** A record's data or 0. A size that needs more than 32 bits is to be passed as the largest number. */
  readonly reserve: (header: number, size: number) => number
  /** Submits (0) or discards (1) a record of whatever ring: 0, or −EINVAL when there is none. */
  readonly commit: (data: number, discard: number) => number
  readonly output: (header: number, data: number, size: number, flags: number) => number
}
