/** ICMP of both versions: echo, errors about packets, and what they do to who has sent those. */
export { echoMessage, echoReply, ICMP } from "./echo.ts"
export type { IcmpErrorKind, SocketError } from "./error-kinds.ts"
export type { ErrorHandler, QuotedPacket } from "./receive-error.ts"
export { sendIcmpError } from "./send-error.ts"
