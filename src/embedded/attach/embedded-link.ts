import { AttachError, decodeUtf8, errnoNumber } from "../../base/index.ts"
import type { LinkTypeName } from "../../catalog/index.ts"
import {
  type AttachPoint,
  type Link,
  noIterator,
  noLinkAnyMore,
  requireProgram,
  updateErrno,
  updateRefusal,
} from "../../kernel/index.ts"
import type { KernelCore } from "../core.ts"
import type { MapStorage } from "../maps/index.ts"
import type { KeptLink } from "../objects/index.ts"
import type { EmbeddedProgram } from "../programs/program.ts"
import type { Attached } from "./attached.ts"
import { type HeldDescriptor, openDescriptors } from "./held-descriptors.ts"
import { requireDetachRight } from "./rights.ts"

export interface LinkIdentity {
  /** 0 for one that is no BPF link. */
  readonly id: number
  readonly type: LinkTypeName | undefined
  /** Told the id of each program that is put in another one's place. */
  readonly onUpdate: (program: number) => void
}

/** One attachment of a program of the embedded kernel. */
export class EmbeddedLink implements Link, KeptLink {
  /** 0 for one that is no BPF link. */
  readonly id: number
  readonly type: LinkTypeName | undefined
  readonly point: AttachPoint
  /** What the user should know: that nothing can fire this hook yet. */
  readonly note: string | undefined
  readonly #kernel: KernelCore
  readonly #remove: () => void
  readonly #update: Attached["update"]
  readonly #onUpdate: LinkIdentity["onUpdate"]
  #program: EmbeddedProgram
  readonly #read: Attached["read"]
  #release: (() => void) | undefined
  #descriptors: readonly HeldDescriptor[] = []
  /** Whoever attached it has it still. */
  #isOpen = true
  #isAttached = true

  constructor(kernel: KernelCore, identity: LinkIdentity, program: EmbeddedProgram, attached: Attached) {
    this.#kernel = kernel
    this.id = identity.id
    this.type = identity.type
    this.#onUpdate = identity.onUpdate
    this.#program = program
    this.point = attached.point
    this.note = attached.note
    this.#remove = attached.remove
    this.#update = attached.update
    this.#read = attached.read
    if (!this.type) return
    this.#release = kernel.objects.admitLink(this)
    // The perf event first, then the link on it.
    const count = this.type === "perf_event" ? 2 : 1
    this.#descriptors = openDescriptors(kernel, count, () => this.#close())
  }

  get map(): MapStorage | undefined {
    const { kind, map } = { map: undefined, ...this.point }
    return (kind === "iter" || kind === "sockmap") && map !== undefined
      ? this.#kernel.objects.maps.get(map)
      : undefined
  }

  /** False once BPF_LINK_DETACH took its program off the hook. */
  get isAttached(): boolean {
    return this.#isAttached
  }

  /** The files that the process which attached it has open: of links on perf events that of the event first. */
  get descriptors(): readonly HeldDescriptor[] {
    return this.#descriptors
  }

  /** The one that was attached, or last put in its place. */
  get program(): EmbeddedProgram {
    return this.#program
  }

  async update(program: EmbeddedProgram): Promise<void> {
    requireProgram(program)
    if (!this.type || !this.#isOpen) throw noLinkAnyMore("updated")
    const old = this.#program
    const [standing, by] = [placed(old), placed(program)]
    const errno =
      (program.isClosed ? "EBADF" : undefined) ??
      updateErrno(this.type, standing, by) ??
      (this.#isAttached ? (program === old ? undefined : this.#update?.(program)) : "ENOLINK")
    if (errno) throw updateRefusal(this, standing, by, errno)
    old.disown(this)
    this.#program = program
    program.own(this)
    this.#onUpdate(program.id)
    this.#kernel.objects.collect()
  }

  async read(): Promise<string> {
    if (!this.#isOpen) throw noLinkAnyMore("read")
    return decodeUtf8(this.readBytes())
  }

  /** Throws AttachError for a link that is no iterator's. */
  readBytes(): Uint8Array {
    if (!this.#read) throw noIterator(this)
    return this.#read()
  }

  /** Keeps the attachment under a path of bpffs beyond this object. Throws AttachError. */
  async pin(path: string): Promise<void> {
    if (!this.type || !this.#isOpen) throw noLinkAnyMore("pinned")
    const errno = this.#kernel.bpfFiles.pin(this, path)
    if (errno)
      throw new AttachError(`link ${this.id}: cannot be pinned to ${path}: error ${errnoNumber(errno)}`, {
        errno,
      })
  }

  async detach(): Promise<void> {
    if (!this.#isOpen) return
    requireDetachRight(this.#kernel, this.program, this.point)
    for (const { task, fd } of this.#descriptors) task.closeFile(fd)
    this.#close()
    if (this.type) return
    this.takeOff()
    this.#kernel.objects.collect()
  }

  /** Takes the program off the hook, whoever still has the link. */
  takeOff(): void {
    if (this.#isAttached) this.#remove()
    this.#isAttached = false
  }

  #close(): void {
    this.#isOpen = false
    this.#descriptors = []
    this.#release?.()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.detach()
  }
}

function placed({ name, type, attachType, spec }: EmbeddedProgram): Parameters<typeof updateErrno>[1] {
  return { name, type, attachType, target: spec.target }
}
