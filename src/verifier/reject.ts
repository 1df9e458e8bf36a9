import { worded } from "./log/wording.ts"
import type { Rule } from "./rule.ts"
import type { Walk } from "./walk/walk.ts"

/** Errnos that the verifier gives, as the numbers of Linux. */
export const ERRNO = {
  EPERM: 1,
  E2BIG: 7,
  EBADF: 9,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EINVAL: 22,
  EOPNOTSUPP: 95,
  ENOTSUPP: 524,
} as const

/** The kernel would refuse the program; what it says is in the log. */
export class Rejection {
  readonly errno: number
  readonly message: string
  /** The rule that was broken, for the explanation. */
  readonly rule: Rule | undefined
  constructor(errno: number, message: string, rule?: Rule) {
    this.errno = errno
    this.message = message
    this.rule = rule
  }
}

/** No verdict: the program uses what this verifier does not model, or it takes longer than the caller wants to wait. */
export class Unsupported {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

/** Ends the verification with a line of log. */
export function reject(walk: Walk, errno: number, message: string, rule?: Rule): never {
  const text = worded(walk.rules, message)
  walk.log.line(text)
  throw new Rejection(errno, text, rule)
}

/** With a message that the kernel does not end: what it writes next stands in the same line. */
export function rejectUnended(walk: Walk, errno: number, message: string, rule?: Rule): never {
  walk.log.write(message)
  throw new Rejection(errno, message, rule)
}

/** Refused for what is not built yet, never accepted. */
export function unsupported(what: string): never {
  throw new Unsupported(`not supported by this verifier yet: ${what}`)
}
