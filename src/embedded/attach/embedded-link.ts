import { decodeUtf8 } from "../../base/index.ts"
import { type AttachPoint, type Link, noIterator, noLinkAnyMore } from "../../kernel/index.ts"
import type { EmbeddedProgram } from "../programs/program.ts"
import type { Attached } from "./attached.ts"

/** One attachment of a program of the embedded kernel. */
export class EmbeddedLink implements Link {
  readonly id: number
  readonly program: EmbeddedProgram
  readonly point: AttachPoint
  /** What the user should know: that nothing can fire this hook yet. */
  readonly note: string | undefined
  readonly #remove: () => void
  readonly #read: Attached["read"]
  #attached = true

  constructor(id: number, program: EmbeddedProgram, attached: Attached) {
    this.id = id
    this.program = program
    this.point = attached.point
    this.note = attached.note
    this.#remove = attached.remove
    this.#read = attached.read
  }

  async read(): Promise<string> {
    if (!this.#attached) throw noLinkAnyMore("read")
    if (!this.#read) throw noIterator(this)
    return decodeUtf8(this.#read())
  }

  async detach(): Promise<void> {
    if (this.#attached) this.#remove()
    this.#attached = false
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.detach()
  }
}
