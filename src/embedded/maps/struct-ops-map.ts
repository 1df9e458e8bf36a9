import type { MapAttributes, MapHost, TailTarget } from "./map-storage.ts"
import { VacantMap } from "./references/vacant-map.ts"

const BPF_F_LINK = 1 << 13

/** The struct that a map's programs are put to work as. */
export interface Registration {
  /** As user space reads it: with ids of programs for functions. */
  readonly value: Uint8Array
  readonly programs: readonly TailTarget[]
  /** Gives the kernel its own functions back. */
  readonly takeBack: () => void
}

/** struct_ops: one value, the struct of operations. It is all zero until its programs are registered. */
export class StructOpsMap extends VacantMap {
  #registration: Registration | undefined

  constructor(host: MapHost, id: number, attributes: MapAttributes) {
    super(host, id, attributes, {
      keys: "index",
      lookup: "EINVAL",
      update: () => "not modelled",
      delete: () => "ENOENT",
    })
  }

  get registration(): Registration | undefined {
    return this.#registration
  }

  /** From now on its programs are at work; the answer ends that. */
  register(registration: Registration): () => void {
    this.#registration = registration
    return () => {
      if (this.#registration === registration) this.#unregister(registration)
    }
  }

  override get(_key: Uint8Array): Uint8Array | undefined {
    return this.#registration?.value ?? new Uint8Array(this.attributes.valueSize)
  }

  /** What a link registered only its end takes back. */
  override remove(key: Uint8Array): boolean {
    if ((this.attributes.flags & BPF_F_LINK) !== 0)
      throw this.fail("EOPNOTSUPP", "delete: its programs go with their link")
    const registration = this.#registration
    if (!registration) return super.remove(key)
    this.#unregister(registration)
    return true
  }

  #unregister({ takeBack }: Registration): void {
    this.#registration = undefined
    takeBack()
  }
}
