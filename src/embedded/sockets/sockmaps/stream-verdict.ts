import { concatBytes, errnoNumber } from "../../../base/index.ts"
import type { KernelCore } from "../../core.ts"
import { Skb } from "../../network/index.ts"
import type { Attachment } from "../../tracing/hooks.ts"
import { type Endpoint, embeddedV4, type Socket } from "../socket.ts"
import { type Redirect, withRedirect } from "./message-verdict.ts"

const SK_PASS = 1n
/** The buffer of a socket that nobody has changed (tcp_rmem): messages are not longer. */
const MOST_BYTES = 131_072
/** Streams are taken apart with the socket's lock, in the softirq that takes packets in. */
const TRACE_FLAGS = "..s21"

export interface StreamPart {
  readonly bytes: Uint8Array
  readonly redirect: Redirect | undefined
}

/** Whether sk_skb programs see what comes in to a socket. */
export function isServed({ service }: Socket): boolean {
  return (service?.sk_skb_stream_verdict ?? service?.sk_skb_verdict) !== undefined
}

/** What the sk_skb programs of a socket let through of bytes that have come in: message by message. */
export function streamVerdict(kernel: KernelCore, socket: Socket, bytes: Uint8Array): readonly StreamPart[] {
  const { service } = socket
  const verdict = service?.sk_skb_stream_verdict ?? service?.sk_skb_verdict
  if (!verdict) return [{ bytes, redirect: undefined }]
  const parser = service?.sk_skb_stream_parser
  const whole = { bytes, offset: 0, length: bytes.length }
  const messages = parser ? parsedMessages(kernel, socket, parser, bytes) : [whole]
  return [...messages].flatMap(message => judge(kernel, socket, message, verdict) ?? [])
}

/** Where a message is in what has come in. */
interface StreamMessage {
  /** From the start of the segment on that it began in: parser and verdict count from there. */
  readonly bytes: Uint8Array
  readonly offset: number
  readonly length: number
}

/** A message that has not all come in: how much of it has, and its length, or 0 as long as the parser does not know it. */
interface Unfinished extends StreamMessage {
  readonly gathered: number
}

/** How far a socket's stream is taken apart (`struct strparser`). */
interface Parsing {
  readonly service: Socket["service"]
  unfinished: Unfinished | undefined
  /** The parser made no sense: nothing more is read. */
  isStopped: boolean
}

const parsings = new WeakMap<Socket, Parsing>()

function parsingOf(socket: Socket): Parsing {
  const { service } = socket
  const known = parsings.get(socket)
  if (known && known.service === service) return known
  const fresh: Parsing = { service, unfinished: undefined, isStopped: false }
  parsings.set(socket, fresh)
  return fresh
}

/** A parser has refused what came in: it lies unread before everything else, and the socket seems to have nothing. */
export function isStuck(socket: Socket): boolean {
  const parsing = parsings.get(socket)
  return parsing?.service === socket.service && parsing?.isStopped === true
}

/** The messages that a segment ends (`__strp_recv`). A parser that cannot say where one ends yet waits for more. */
function* parsedMessages(
  kernel: KernelCore,
  socket: Socket,
  parser: Attachment,
  segment: Uint8Array,
): Generator<StreamMessage> {
  const parsing = parsingOf(socket)
  for (let eaten = 0; eaten < segment.length && !parsing.isStopped; ) {
    const left = segment.length - eaten
    const { unfinished } = parsing
    const head: Unfinished = unfinished
      ? { ...unfinished, bytes: concatBytes([unfinished.bytes, segment]) }
      : { bytes: segment, offset: eaten, length: 0, gathered: 0 }
    const length = head.length || messageLength(kernel, socket, head, segment.length, parser)
    if (length < 0) {
      parsing.unfinished = undefined
      parsing.isStopped = true
      socket.error = -length
      return
    }
    const extra = head.gathered + left - length
    if (length === 0 || extra < 0) {
      parsing.unfinished = { ...head, length, gathered: head.gathered + left }
      return
    }
    parsing.unfinished = undefined
    eaten += left - extra
    yield { ...head, length }
  }
}

/** What the parser says where the message ends: 0 when it has to wait, a negative errno when it makes no sense. */
function messageLength(
  kernel: KernelCore,
  socket: Socket,
  { bytes, offset }: Unfinished,
  newest: number,
  parser: Attachment,
): number {
  const length = withSkb(kernel, socket, bytes, skb =>
    Number(BigInt.asIntN(32, kernel.run(parser, skb.contextAddress, { traceFlags: TRACE_FLAGS }))),
  )
  if (length <= 0) return length
  if (length > MOST_BYTES) return -errnoNumber("EMSGSIZE")
  // It cannot end in what the parser has seen before.
  return length <= bytes.length - newest - offset ? -errnoNumber("EPROTO") : length
}

function judge(
  kernel: KernelCore,
  socket: Socket,
  { bytes, offset, length }: StreamMessage,
  verdict: Attachment,
): StreamPart | undefined {
  const isWhole = offset === 0 && length === bytes.length
  return withSkb(kernel, socket, bytes, skb => {
    const { result, redirect } = withRedirect(skb.contextAddress, () =>
      kernel.run(verdict, skb.contextAddress, { traceFlags: TRACE_FLAGS }),
    )
    if (result !== SK_PASS) return undefined
    const left = skb.bytes()
    return { bytes: isWhole ? left : left.subarray(offset, offset + length), redirect }
  })
}

/** The bytes as a packet that starts with them. */
function withSkb<T>(kernel: KernelCore, socket: Socket, bytes: Uint8Array, action: (skb: Skb) => T): T {
  const skb = new Skb(kernel, kernel.network.loopback(socket.netns), bytes, 0)
  skb.owner = socket
  const { context } = skb
  context.set("family", socket.family)
  context.set("local_port", socket.local.port)
  const { port } = socket.remote
  context.set("remote_port", ((((port & 0xff) << 8) | (port >> 8)) << 16) >>> 0)
  context.set("remote_ip4", v4Word(socket.remote))
  context.set("local_ip4", v4Word(socket.local))
  try {
    return action(skb)
  } finally {
    skb.free()
  }
}

function v4Word({ address }: Endpoint): number {
  const bytes = address.length === 4 ? address : embeddedV4(address)
  return bytes ? new DataView(Uint8Array.from(bytes).buffer).getUint32(0, true) : 0
}
