import { type HeldDescriptor, openDescriptors } from "../attach/held-descriptors.ts"
import type { KernelCore } from "../core.ts"
import type { StructOpsMap } from "../maps/index.ts"
import type { KeptLink } from "../objects/index.ts"

/** The BPF link of a struct_ops map: its programs are at work as long as somebody has it. */
export class StructOpsLink implements KeptLink {
  readonly id: number
  readonly type = "struct_ops"
  readonly program = undefined
  readonly point = undefined
  readonly map: StructOpsMap
  readonly #remove: () => void
  readonly #release: () => void
  #descriptors: readonly HeldDescriptor[]
  #isAttached = true

  constructor(kernel: KernelCore, map: StructOpsMap, remove: () => void) {
    this.id = kernel.objects.nextId("link")
    this.map = map
    this.#remove = remove
    this.#release = kernel.objects.admitLink(this)
    this.#descriptors = openDescriptors(kernel, 1, () => this.#close())
  }

  get isAttached(): boolean {
    return this.#isAttached
  }

  get descriptors(): readonly HeldDescriptor[] {
    return this.#descriptors
  }

  takeOff(): void {
    if (this.#isAttached) this.#remove()
    this.#isAttached = false
  }

  async detach(): Promise<void> {
    for (const { task, fd } of this.#descriptors) task.closeFile(fd)
    this.#close()
  }

  #close(): void {
    this.#descriptors = []
    this.#release()
  }
}
