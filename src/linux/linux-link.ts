import { AttachError, errnoName } from "../base/index.ts"
import { LINK_TYPES, type LinkTypeName } from "../catalog/index.ts"
import {
  type AttachPoint,
  type Link,
  noIterator,
  noLinkAnyMore,
  requireProgram,
  updateRefusal,
} from "../kernel/index.ts"
import type { Attached } from "./attach/attached.ts"
import { LINK_UPDATE, OBJECT_INFO, OBJECT_PATH } from "./bpf/attributes.ts"
import type { Bpf } from "./bpf/bpf.ts"
import { LINK_INFO } from "./bpf/info.ts"
import { Scratch } from "./ffi/scratch.ts"
import { readStructure } from "./ffi/structure.ts"
import type { LinuxProgram } from "./linux-program.ts"
import { readIterator } from "./read/iterator.ts"

const LINK_INFO_BYTES = 64

/** One attachment of a program on the Linux kernel. */
export class LinuxLink implements Link {
  readonly id: number
  readonly #type: LinkTypeName | undefined
  #program: LinuxProgram
  readonly point: AttachPoint
  readonly #bpf: Bpf
  readonly #attached: Attached
  #isAttached = true

  constructor(bpf: Bpf, program: LinuxProgram, attached: Attached) {
    this.#bpf = bpf
    this.#program = program
    this.point = attached.point
    this.#attached = attached
    const info = attached.isLink && attached.fd !== undefined ? linkInfo(bpf, attached.fd) : undefined
    this.id = info?.id ?? 0
    this.#type = LINK_TYPES.find(({ number }) => number === info?.type)?.name
  }

  /** The one that was attached, or last put in its place. */
  get program(): LinuxProgram {
    return this.#program
  }

  async update(program: LinuxProgram): Promise<void> {
    requireProgram(program)
    const { fd } = this.#link("updated")
    const { result } = this.#bpf.try("BPF_LINK_UPDATE", LINK_UPDATE, { link_fd: fd, new_prog_fd: program.fd })
    if (result < 0) {
      const link = { id: this.id, type: this.#type }
      throw updateRefusal(link, placed(this.#program), placed(program), errnoName(-result) ?? "EINVAL")
    }
    this.#program.disown(this)
    this.#program = program
    program.own(this)
  }

  /** Keeps the attachment under a path of bpffs beyond this process. Throws AttachError. */
  async pin(path: string): Promise<void> {
    const { fd } = this.#link("pinned")
    const { result } = this.#bpf.try("BPF_OBJ_PIN", OBJECT_PATH, { pathname: path, bpf_fd: fd })
    if (result < 0) throw new AttachError(`link ${this.id}: cannot be pinned to ${path}: error ${-result}`)
  }

  /** Of an iterator: what its program writes about every object there is now, as text. Throws AttachError for other links. */
  async read(): Promise<string> {
    const decoder = new TextDecoder()
    let text = ""
    for await (const bytes of this.chunks()) text += decoder.decode(bytes, { stream: true })
    return text + decoder.decode()
  }

  /** The same in pieces, as bytes, for programs that write records of their own. */
  chunks(): AsyncGenerator<Uint8Array> {
    const { fd } = this.#link("read")
    if (this.point.kind !== "iter") throw noIterator(this)
    return readIterator(this.#bpf, fd)
  }

  async detach(): Promise<void> {
    if (this.#isAttached) this.#attached.remove()
    this.#isAttached = false
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.detach()
  }

  #link(what: string): { readonly fd: number } {
    const { fd, isLink } = this.#attached
    if (isLink && fd !== undefined && this.#isAttached) return { fd }
    throw noLinkAnyMore(what)
  }
}

function linkInfo(bpf: Bpf, fd: number): ReturnType<typeof readStructure<typeof LINK_INFO>> {
  using scratch = new Scratch(bpf.native)
  const { address, bytes } = scratch.allocate(LINK_INFO_BYTES)
  bpf.call("BPF_OBJ_GET_INFO_BY_FD", OBJECT_INFO, { bpf_fd: fd, info_len: bytes.length, info: address })
  return readStructure(LINK_INFO, bytes)
}

function placed({ name, type, spec }: LinuxProgram): Parameters<typeof updateRefusal>[1] {
  return { name, type, attachType: spec.definition?.attachType, target: spec.target }
}
