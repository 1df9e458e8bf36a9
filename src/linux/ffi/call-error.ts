import { errnoName, errnoText, SkepError } from "../../base/index.ts"

/** A system call that the kernel refused, by its name. */
export class LinuxCallError extends SkepError {
  readonly call: string
  /** Positive. */
  readonly number: number

  constructor(call: string, number: number) {
    const errno = errnoName(number)
    const text = errno ? `${errnoText(errno)} (${errno})` : `error ${number}`
    super(`${call}: ${text}`, errno ? { errno } : {})
    this.call = call
    this.number = number
  }
}
