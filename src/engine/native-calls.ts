/**
 * Helper calls that compiled programs make by themselves, most without leaving WebAssembly. The object's identity stands for its answers: modules are
 * kept for it, so the same call must get the same answer for ever.
 */
export interface NativeCalls {
  /**
   * How to call a helper from this slot, on the map whose address is in r1 where that is known; undefined for the ordinary way.
   */
  find(helper: number, map: number | undefined, slot: number): NativeCall | undefined
  /** Pointers that programs may hand over lie from here on, to the end of memory, and so does their stack; calls with others go the ordinary way. */
  readonly start: number
}

export type NativeCall = NativeWord | NativeElement | NativeFunction

/**
 * r0 = a number in memory: at an address, or where pointers of 64 bits lead from there, each with the next offset added. With
 * `step` it grows first, and has no pointers.
 */
export interface NativeWord {
  readonly kind: "word"
  readonly address: number
  readonly offsets: readonly number[]
  readonly size: 4 | 8
  readonly step?: number
}

/** r0 = the address of an array's element, by the 32-bit index that r2 points to; 0 past the end. */
export interface NativeElement {
  readonly kind: "element"
  readonly base: number
  readonly entries: number
  readonly stride: number
  /** Where the running CPU's number is (32 bits), and the distance of CPUs' values; undefined when there is one value for all. */
  readonly cpu?: { readonly address: number; readonly stride: number }
}

/** 32-bit numbers in, one out: best a function that a WebAssembly instance exports. One of JavaScript costs some ten nanoseconds. */
export interface NativeFunction {
  readonly kind: "function"
  readonly function: (...args: number[]) => number
  /** Its code, if it calls nothing and needs nothing but memory: programs take it in, as calls into other modules take longer. */
  readonly leaf?: LeafFunction | undefined
  readonly args: readonly NativeArgument[]
  /** What the number becomes in r0: zeros or its sign above. */
  readonly result: "unsigned" | "signed"
  /** The number is 0, or the address of so many bytes of memory. */
  readonly pointsTo?: number
}

export interface LeafFunction {
  /** Beside the parameters. */
  readonly locals: readonly ("i32" | "i64")[]
  /** WebAssembly instructions, up to the `end`. */
  readonly code: Uint8Array
}

export type NativeArgument =
  | { readonly kind: "constant"; readonly value: number }
  /** A register that points to so many bytes. */
  | { readonly kind: "pointer"; readonly register: 2 | 3; readonly bytes: number }
  /** A register's 64 bits, where more than 32 become the largest number. */
  | { readonly kind: "number"; readonly register: 1 | 2 | 3 | 4 }

/** What a native function throws that cannot do what it was called for: the program ends in a fault at the call's slot. */
export class NativeRefusal extends Error {
  readonly slot: number

  constructor(slot: number, reason: string) {
    super(reason)
    this.slot = slot
  }
}
