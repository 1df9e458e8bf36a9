import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"

/** How a kind of file is read and written. Both move `f_pos` of the open file themselves. */
export interface FileOperations {
  /** At most `count` bytes, none at the end; or a negative errno. */
  readonly read: (kernel: KernelCore, file: KernelObject, count: number) => Uint8Array | number
  /** How many bytes were taken, or a negative errno. */
  readonly write: (kernel: KernelCore, file: KernelObject, bytes: Uint8Array) => number
  /** Forgets what it holds (O_TRUNC). */
  readonly truncate?: () => void
  /** Bytes that it holds; 0 for what is made when it is read. */
  readonly size?: () => number
}
