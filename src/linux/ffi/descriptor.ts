import type { Brand } from "../../base/index.ts"
import type { Native } from "./native.ts"
import { systemCallNumber } from "./system-calls.ts"

export type Fd = Brand<number, "Fd">

export function closeFd(native: Native, fd: number): void {
  native.syscall(systemCallNumber("close"), fd)
}

/** A file descriptor with one owner. */
export class Descriptor implements Disposable {
  readonly #native: Native
  #fd: number

  constructor(native: Native, fd: number) {
    this.#native = native
    this.#fd = fd
  }

  /** Throws BUG when it was closed: descriptor numbers are used again. */
  get fd(): number {
    if (this.#fd < 0) throw new Error("BUG: a closed descriptor is used")
    return this.#fd
  }

  get isOpen(): boolean {
    return this.#fd >= 0
  }

  close(): void {
    if (this.#fd < 0) return
    closeFd(this.#native, this.#fd)
    this.#fd = -1
  }

  [Symbol.dispose](): void {
    this.close()
  }
}
