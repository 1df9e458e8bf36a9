import { errnoName } from "../../base/index.ts"
import type { Reason } from "./attach-refusal.ts"

export const SOCKMAP_SECTIONS = "sk_msg, sk_skb/stream_parser, sk_skb/stream_verdict, sk_skb/verdict"

export function isAttachTypeOfSockmaps(name: string): boolean {
  return name.startsWith("sk_skb_") || name === "sk_msg_verdict"
}

/** Why a map of sockets refuses a program: `standing` are those that are there. */
export function sockmapReason(number: number, map: number, standing: readonly number[]): Reason {
  switch (errnoName(number)) {
    case "EBUSY":
      return {
        said: `program ${standing.join(", ")} is there by link`,
        hint: "detach that link first, or update it",
      }
    case "EINVAL":
    case "EOPNOTSUPP":
      return {
        hint: `map ${map} must be a sockmap or sockhash, and sk_skb/verdict excludes the stream programs`,
      }
    default:
      return {}
  }
}
