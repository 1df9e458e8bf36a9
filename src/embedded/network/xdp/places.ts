import { XDP_WORDS, type XdpMode, type XdpPrograms } from "../../../kernel/index.ts"
import type { Attachment } from "../../tracing/hooks.ts"

/** What an interface may have: no device that is modelled takes programs into its hardware. */
export type XdpPlace = Exclude<XdpMode, "offload">

interface Standing {
  readonly attachment: Attachment
  /** A link's: no other program takes its place. */
  readonly isLink: boolean
}

/** Why a program does not come in, in the kernel's words where it has some. */
export interface XdpRefusal {
  readonly number: number
  readonly words?: string
}

export interface XdpWish {
  readonly attachment: Attachment
  readonly place: XdpPlace
  readonly by: "link" | "netlink"
  /** By netlink: whatever stands there goes. */
  readonly replaces: boolean
}

const [EBUSY, EEXIST, EINVAL] = [16, 17, 22]

/** The XDP hooks of a device: of the driver (native) and of the stack (generic), one program in all. */
export class XdpPlaces {
  readonly #refusedByDriver: (attachment: Attachment) => XdpRefusal | undefined
  #native: Standing | undefined
  #generic: Standing | undefined

  /** `refusedByDriver`: why the driver takes no such program, once nothing else speaks against it. */
  constructor(refusedByDriver: (attachment: Attachment) => XdpRefusal | undefined) {
    this.#refusedByDriver = refusedByDriver
  }

  get native(): Attachment | undefined {
    return this.#native?.attachment
  }

  get generic(): Attachment | undefined {
    return this.#generic?.attachment
  }

  /** The ids of what stands there. */
  get programs(): XdpPrograms {
    return {
      ...(this.native && { native: this.native.program.id }),
      ...(this.generic && { generic: this.generic.program.id }),
    }
  }

  /** Puts a program in; what is refused, and why, in the order in which the kernel looks. */
  put({ attachment, place, by, replaces }: XdpWish): XdpRefusal | undefined {
    const standing = this.#at(place)
    if (standing?.isLink) return { number: EBUSY, words: XDP_WORDS.activeLink }
    if (standing && (by === "link" || !replaces)) return { number: EBUSY, words: XDP_WORDS.activeProgram }
    if (this.#at(place === "native" ? "generic" : "native"))
      return { number: EEXIST, words: XDP_WORDS.otherMode }
    const { attachType } = attachment.program
    if (attachType === "xdp_devmap") return { number: EINVAL, words: XDP_WORDS.forDevmap }
    if (attachType === "xdp_cpumap") return { number: EINVAL, words: XDP_WORDS.forCpumap }
    const refused = place === "native" ? this.#refusedByDriver(attachment) : undefined
    if (refused) return refused
    this.#set(place, { attachment, isLink: by === "link" })
    return undefined
  }

  /** By netlink: takes off what stands in a place, if anything does. A link's program stays. */
  clear(place: XdpPlace): XdpRefusal | undefined {
    const standing = this.#at(place)
    if (standing?.isLink) return { number: EBUSY, words: XDP_WORDS.activeLink }
    if (place === "native") this.#native = undefined
    else this.#generic = undefined
    return undefined
  }

  /** Takes a program off where it stands there still. */
  take(attachment: Attachment): void {
    if (this.native === attachment) this.#native = undefined
    if (this.generic === attachment) this.#generic = undefined
  }

  #at(place: XdpPlace): Standing | undefined {
    return place === "native" ? this.#native : this.#generic
  }

  #set(place: XdpPlace, standing: Standing): void {
    if (place === "native") this.#native = standing
    else this.#generic = standing
  }
}
