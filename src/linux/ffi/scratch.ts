import { encodeUtf8 } from "../../base/index.ts"
import type { Native } from "./native.ts"

/** Native memory for the arguments of one system call, given back all at once: `using scratch = new Scratch(native)`. */
export class Scratch implements Disposable {
  readonly #native: Native
  readonly #blocks: bigint[] = []

  constructor(native: Native) {
    this.#native = native
  }

  /** Zeroed bytes; the view is valid until the scratch is disposed of. */
  allocate(size: number): { readonly address: bigint; readonly bytes: Uint8Array<ArrayBuffer> } {
    const address = this.#native.allocate(size)
    this.#blocks.push(address)
    return { address, bytes: this.#native.view(address, size) }
  }

  /** The address of a copy of `bytes`. */
  copy(bytes: Uint8Array): bigint {
    const block = this.allocate(bytes.length)
    block.bytes.set(bytes)
    return block.address
  }

  /** The address of a NUL-terminated copy of `text`. */
  text(text: string): bigint {
    return this.copy(encodeUtf8(`${text}\0`))
  }

  [Symbol.dispose](): void {
    for (const address of this.#blocks.splice(0)) this.#native.release(address)
  }
}
