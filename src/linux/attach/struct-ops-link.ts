import { structOpsRefusal } from "../../kernel/index.ts"
import type { MapSpec } from "../../object/index.ts"
import { LINK_CREATE, MAP_ELEMENT } from "../bpf/attributes.ts"
import type { Bpf } from "../bpf/bpf.ts"
import { closeFd } from "../ffi/descriptor.ts"

const STRUCT_OPS = 44
const EBUSY = 16
const KEY = new Uint8Array(4)

/** The programs of a struct_ops map at work. */
export class StructOpsLink implements Disposable, AsyncDisposable {
  /** The descriptor of the BPF link; undefined where the map itself is registered. */
  readonly fd: number | undefined
  readonly #remove: () => void
  #isAttached = true

  constructor(fd: number | undefined, remove: () => void) {
    this.fd = fd
    this.#remove = remove
  }

  /** Takes them back; the kernel may go on using them for what already does. */
  async detach(): Promise<void> {
    this[Symbol.dispose]()
  }

  [Symbol.dispose](): void {
    if (this.#isAttached) this.#remove()
    this.#isAttached = false
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this[Symbol.dispose]()
  }
}

/** Sets the value of a struct_ops map, which registers it, or makes it ready for a link. Throws MapError. */
export function registerStructOps(bpf: Bpf, spec: MapSpec, fd: number, value: Uint8Array): StructOpsLink {
  const isLink = spec.structOps?.link ?? false
  const { result } = bpf.try("BPF_MAP_UPDATE_ELEM", MAP_ELEMENT, { map_fd: fd, key: KEY, value })
  // The value of a map that was linked before stays as it is.
  if (result < 0 && !(isLink && result === -EBUSY)) throw structOpsRefusal(spec, "be registered", -result)
  if (!isLink)
    return new StructOpsLink(undefined, () => {
      bpf.try("BPF_MAP_DELETE_ELEM", MAP_ELEMENT, { map_fd: fd, key: KEY })
    })
  const link = bpf.try("BPF_LINK_CREATE", LINK_CREATE.plain, { prog_fd: fd, attach_type: STRUCT_OPS }, 16)
  if (link.result < 0) throw structOpsRefusal(spec, "be attached", -link.result)
  return new StructOpsLink(link.result, () => closeFd(bpf.native, link.result))
}
