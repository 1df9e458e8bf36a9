import { NotModelledError } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import { Skb } from "../network/index.ts"
import type { Attachment } from "../tracing/hooks.ts"
import { type Redirect, withRedirect } from "./message-verdict.ts"
import { type Endpoint, embeddedV4, type Socket } from "./socket.ts"

const SK_PASS = 1n
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
  const parts: StreamPart[] = []
  for (let at = 0; at < bytes.length; ) {
    const rest = bytes.subarray(at)
    const length = parser ? messageLength(kernel, socket, rest, parser) : rest.length
    at += length
    const part = judge(kernel, socket, rest.subarray(0, length), verdict)
    if (part) parts.push(part)
  }
  return parts
}

/** What the parser says where the message at the start ends. */
function messageLength(kernel: KernelCore, socket: Socket, bytes: Uint8Array, parser: Attachment): number {
  const length = withSkb(kernel, socket, bytes, skb =>
    Number(BigInt.asIntN(32, kernel.run(parser, skb.contextAddress, { traceFlags: TRACE_FLAGS }))),
  )
  if (length > 0 && length <= bytes.length) return length
  throw new NotModelledError(
    `prog '${parser.program.name}': a stream parser that waits for more (it answered ${length} of ${bytes.length} bytes) is not modelled by the embedded kernel yet`,
  )
}

function judge(
  kernel: KernelCore,
  socket: Socket,
  bytes: Uint8Array,
  verdict: Attachment,
): StreamPart | undefined {
  return withSkb(kernel, socket, bytes, skb => {
    const { result, redirect } = withRedirect(skb.contextAddress, () =>
      kernel.run(verdict, skb.contextAddress, { traceFlags: TRACE_FLAGS }),
    )
    return result === SK_PASS ? { bytes: skb.bytes(), redirect } : undefined
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
