import type { Errno } from "../../../base/index.ts"

/** What a machine tells a sender of its packet (RFC 792, RFC 4443). */
export type IcmpErrorKind =
  | "no route"
  | "no host"
  | "no protocol"
  | "no port"
  | "too long"
  | "no hops left"
  | "forbidden"

interface Wording {
  readonly type: number
  readonly code: number
}

/** Types and codes of both versions. */
export const ICMP_ERRORS: Readonly<
  Record<IcmpErrorKind, { readonly ipv4: Wording; readonly ipv6: Wording }>
> = {
  "no route": { ipv4: { type: 3, code: 0 }, ipv6: { type: 1, code: 0 } },
  "no host": { ipv4: { type: 3, code: 1 }, ipv6: { type: 1, code: 3 } },
  "no protocol": { ipv4: { type: 3, code: 2 }, ipv6: { type: 4, code: 1 } },
  "no port": { ipv4: { type: 3, code: 3 }, ipv6: { type: 1, code: 4 } },
  "too long": { ipv4: { type: 3, code: 4 }, ipv6: { type: 2, code: 0 } },
  forbidden: { ipv4: { type: 3, code: 13 }, ipv6: { type: 1, code: 1 } },
  "no hops left": { ipv4: { type: 11, code: 0 }, ipv6: { type: 3, code: 0 } },
}

/** What a sender's socket makes of it: an errno, and whether the socket cannot go on (icmp_err_convert, icmpv6_err_convert). */
export interface SocketError {
  readonly errno: Errno
  readonly isHard: boolean
}

const SOFT: SocketError = { errno: "EHOSTUNREACH", isHard: false }
const V4: Readonly<Record<string, SocketError>> = {
  "3 0": { errno: "ENETUNREACH", isHard: false },
  "3 1": SOFT,
  "3 2": { errno: "ENOPROTOOPT", isHard: true },
  "3 3": { errno: "ECONNREFUSED", isHard: true },
  "3 4": { errno: "EMSGSIZE", isHard: true },
  "3 13": { errno: "EHOSTUNREACH", isHard: true },
  "11 0": SOFT,
  "12 0": { errno: "EPROTO", isHard: true },
}
const V6: Readonly<Record<string, SocketError>> = {
  "1 0": { errno: "ENETUNREACH", isHard: false },
  "1 1": { errno: "EACCES", isHard: true },
  "1 3": SOFT,
  "1 4": { errno: "ECONNREFUSED", isHard: true },
  "2 0": { errno: "EMSGSIZE", isHard: true },
  "3 0": SOFT,
  "4 1": { errno: "EPROTO", isHard: true },
}

/** Undefined for what is no error that sockets are told of. */
export function socketErrorOf(isV4: boolean, type: number, code: number): SocketError | undefined {
  return (isV4 ? V4 : V6)[`${type} ${code}`]
}

/** Types of ICMP that are errors: nobody answers those with another one. */
export function isErrorType(isV4: boolean, type: number): boolean {
  return isV4 ? [3, 4, 5, 11, 12].includes(type) : type < 128
}
