import { alignUp, concatBytes, errnoName, errorText } from "../../base/index.ts"
import { NetlinkError } from "../../kernel/index.ts"
import { type Attribute, decodeAttributes, encodeAttributes, textOf } from "./attributes.ts"

/** `struct nlmsghdr` and what follows it. Source: include/uapi/linux/netlink.h. */
export interface NetlinkMessage {
  readonly type: number
  readonly flags: number
  readonly sequence: number
  readonly payload: Uint8Array
}

export const NLMSG_ERROR = 2
export const NLMSG_DONE = 3

/** Flags of requests. */
export const NLM_F = {
  request: 1,
  ack: 4,
  echo: 8,
  dump: 0x300,
  replace: 0x100,
  excl: 0x200,
  create: 0x400,
} as const

/** Flags of answers: a dump that changed under way; an error that carries no copy of the request, and one with words. */
export const NLM_F_DUMP_INTERRUPTED = 0x10
const NLM_F_CAPPED = 0x100
const NLM_F_ACK_TLVS = 0x200
const NLMSGERR_ATTR_MSG = 1

const HEADER = 16

/** A message of one family: its fixed header, then attributes. */
export function encodeMessage(
  { type, flags, sequence }: Omit<NetlinkMessage, "payload">,
  fixed: Uint8Array,
  attributes: readonly Attribute[] = [],
): Uint8Array {
  const padded = new Uint8Array(alignUp(fixed.length, 4))
  padded.set(fixed)
  const header = new Uint8Array(HEADER)
  const bytes = concatBytes([header, padded, encodeAttributes(attributes)])
  const view = new DataView(bytes.buffer)
  view.setUint32(0, bytes.length, true)
  view.setUint16(4, type, true)
  view.setUint16(6, flags, true)
  view.setUint32(8, sequence, true)
  return bytes
}

/** The messages of one datagram. Throws NetlinkError (EPROTO) where a length does not fit. */
export function decodeMessages(bytes: Uint8Array): NetlinkMessage[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const messages: NetlinkMessage[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = at + HEADER <= bytes.length ? view.getUint32(at, true) : 0
    if (length < HEADER || at + length > bytes.length)
      throw new NetlinkError(
        `a message at ${at} says ${length} bytes, ${bytes.length - at} are there`,
        "EPROTO",
      )
    messages.push({
      type: view.getUint16(at + 4, true),
      flags: view.getUint16(at + 6, true),
      sequence: view.getUint32(at + 8, true),
      payload: bytes.subarray(at + HEADER, at + length),
    })
    at += alignUp(length, 4)
  }
  return messages
}

/**
 * What an NLMSG_ERROR or NLMSG_DONE says: undefined for success. The kernel's words follow the copy of the request, of
 * which only the header is there when the answer is capped.
 */
export function failureOf({ type, flags, payload }: NetlinkMessage): NetlinkError | undefined {
  if (payload.length < 4) {
    // Kernels before 2.6 end a dump with nothing; an error without a number is none.
    return type === NLMSG_DONE ? undefined : new NetlinkError("an answer without its number", "EPROTO")
  }
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength)
  const number = -view.getInt32(0, true)
  if (number === 0) return undefined
  const said = flags & NLM_F_ACK_TLVS ? wordsOf(type, flags, payload) : undefined
  const reason = said === undefined ? errorText(number) : `${errorText(number)}: ${said}`
  return new NetlinkError(reason, errnoName(number), { number, said })
}

function wordsOf(type: number, flags: number, payload: Uint8Array): string | undefined {
  let at = 4
  if (type === NLMSG_ERROR) {
    if (payload.length < 4 + HEADER) return undefined
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength)
    at += flags & NLM_F_CAPPED ? HEADER : alignUp(view.getUint32(4, true), 4)
  }
  return at > payload.length ? undefined : textOf(decodeAttributes(payload.subarray(at)), NLMSGERR_ATTR_MSG)
}
