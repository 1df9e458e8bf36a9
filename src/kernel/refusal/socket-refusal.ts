import { errnoName } from "../../base/index.ts"
import type { Reason } from "./attach-refusal.ts"

/** Why a socket refuses a filter, or the selector of its reuseport group. */
export function socketReason(number: number, isSelector: boolean): Reason {
  switch (errnoName(number)) {
    case "EBADF":
    case "ENOTSOCK":
      return { said: "this process has no such socket", hint: "tell the descriptor of an open socket" }
    case "EPERM":
      return { said: "the socket is locked (SO_LOCK_FILTER), or this process may not" }
    case "EINVAL":
      return isSelector ? { hint: "set SO_REUSEPORT and bind the socket before: it is in no group yet" } : {}
    default:
      return {}
  }
}
