import { type Errno, SkepError } from "../../base/index.ts"

/** A request that the kernel refused over netlink, or a message that is none. */
export class NetlinkError extends SkepError {
  /** Positive; 0 for a damaged message. */
  readonly number: number
  /** The kernel's own words, such as "XDP program already attached"; undefined when it had none. */
  readonly said: string | undefined

  constructor(message: string, errno: Errno | undefined, { number = 0, said }: NetlinkErrorDetails = {}) {
    super(`netlink: ${message}${errno ? ` (${errno})` : ""}`, errno ? { errno } : {})
    this.number = number
    this.said = said
  }
}

export interface NetlinkErrorDetails {
  readonly number?: number
  readonly said?: string | undefined
}
