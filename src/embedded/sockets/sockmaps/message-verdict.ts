import { errnoNumber } from "../../../base/index.ts"
import { CONTEXT_LAYOUTS } from "../../../catalog/details.ts"
import type { KernelCore } from "../../core.ts"
import { fieldOffsets } from "../../packets/index.ts"
import type { Attachment } from "../../tracing/hooks.ts"
import { type Endpoint, embeddedV4, type Socket } from "../socket.ts"
import { OutgoingMessage } from "./outgoing-message.ts"

const FIELD = fieldOffsets("sk_msg_md")
const { size: CONTEXT } = CONTEXT_LAYOUTS.sk_msg_md
const SK_PASS = 1n
const TRACE_FLAGS = "...11"
/** BPF_F_INGRESS. */
const INGRESS = 1

/** Where a program sends on what it was asked about. */
export interface Redirect {
  readonly socket: Socket
  /** As if it had been received there. */
  readonly isIngress: boolean
}

/** Verdicts that are being made, by the address of their context. */
const running = new Map<number, { redirect: Redirect | undefined }>()

/** Runs something whose programs may redirect: what they said last. */
export function withRedirect<T>(
  context: number,
  action: () => T,
): { result: T; redirect: Redirect | undefined } {
  const run = { redirect: undefined as Redirect | undefined }
  running.set(context, run)
  try {
    return { result: action(), redirect: run.redirect }
  } finally {
    running.delete(context)
  }
}

/** bpf_sk_redirect_* and bpf_msg_redirect_*: SK_PASS (1) or SK_DROP (0). */
export function redirectTo(context: number, socket: Socket | undefined, flags: number): number {
  const run = running.get(context)
  if (!run || !socket || (flags & ~INGRESS) !== 0) return 0
  run.redirect = { socket, isIngress: (flags & INGRESS) !== 0 }
  return 1
}

type Decision = "pass" | "redirect" | "drop"

/** What is kept of a socket's messages while programs serve it (`struct sk_psock`). */
interface Sending {
  readonly service: Socket["service"]
  /** Holds for what comes next too, until it was applied to as many bytes as the program said. */
  decision: Decision | undefined
  redirect: Redirect | undefined
  applyBytes: number
  /** A message that waits for more bytes, and for how many. */
  cork: OutgoingMessage | undefined
  corkBytes: number
}

const sendings = new WeakMap<Socket, Sending>()
const EACCES = -errnoNumber("EACCES")

function sendingOf(socket: Socket): Sending {
  const known = sendings.get(socket)
  if (known && known.service === socket.service) return known
  known?.cork?.clear()
  const { service } = socket
  const fresh: Sending = {
    ...{ service, decision: undefined, redirect: undefined },
    ...{ applyBytes: 0, cork: undefined, corkBytes: 0 },
  }
  sendings.set(socket, fresh)
  return fresh
}

/** How bytes go on: to the socket's own stream, or where a program sends them. */
export type Push = (bytes: Uint8Array, redirect: Redirect | undefined) => void

/**
 * Sends bytes as the socket's sk_msg program says (`tcp_bpf_sendmsg`): how many the sender is told, or a negative errno.
 * Undefined where no such program serves the socket.
 */
export function sendByVerdict(
  kernel: KernelCore,
  socket: Socket,
  bytes: Uint8Array,
  push: Push,
): number | undefined {
  const program = socket.service?.sk_msg_verdict
  if (!program) return undefined
  const sending = sendingOf(socket)
  const message = sending.cork ?? new OutgoingMessage(kernel.memory)
  message.append(bytes)
  if (sending.corkBytes > 0) {
    sending.corkBytes = Math.max(sending.corkBytes - bytes.length, 0)
    if (sending.corkBytes > 0) return bytes.length
    // All that it waited for is there: the program is asked again.
    sending.decision = undefined
  }
  let copied = bytes.length
  do {
    let shrunk = 0
    if (sending.decision === undefined) {
      const before = message.size
      decide(kernel, socket, program, message, sending)
      shrunk = before - message.size
      if (message.corkBytes > message.size) {
        sending.corkBytes = message.corkBytes - message.size
        sending.cork = message
        return copied
      }
    }
    const { applyBytes, decision, redirect } = sending
    const count = applyBytes > 0 ? Math.min(applyBytes, message.size) : message.size
    if (decision === "drop") {
      message.clear()
      apply(sending, count)
      copied -= count + shrunk
      return copied > 0 ? copied : EACCES
    }
    const taken = message.take(count)
    apply(sending, count)
    if (decision === "redirect" && sending.cork) {
      // What waited goes its other way once; the rest of it is lost.
      sending.cork = undefined
      message.clear()
    }
    if (taken.length > 0) push(taken, redirect)
    if (sending.applyBytes === 0) {
      sending.decision = undefined
      sending.redirect = undefined
    }
  } while (message.size > 0)
  return copied
}

function apply(sending: Sending, count: number): void {
  sending.applyBytes = Math.max(sending.applyBytes - count, 0)
}

function decide(
  kernel: KernelCore,
  socket: Socket,
  program: Attachment,
  message: OutgoingMessage,
  sending: Sending,
): void {
  message.showFirst()
  const context = writeContext(kernel, socket)
  const show = () => showMessage(kernel, context, message)
  show()
  asked.set(context, { message, show })
  const { result, redirect } = withRedirect(context, () =>
    kernel.run(program, context, { traceFlags: TRACE_FLAGS }),
  )
  asked.delete(context)
  kernel.memory.free(context)
  const decision = result === SK_PASS ? (redirect ? "redirect" : "pass") : "drop"
  sending.decision = decision
  sending.redirect = decision === "redirect" ? redirect : undefined
  sending.applyBytes = message.applyBytes
}

/** Messages that programs are asked about, by the address of their context. */
const asked = new Map<number, { readonly message: OutgoingMessage; readonly show: () => void }>()

/** Lets a program change the message that it is asked about; undefined where there is none. */
export function changeMessage<T>(context: number, change: (message: OutgoingMessage) => T): T | undefined {
  const found = asked.get(context)
  if (!found) return undefined
  const result = change(found.message)
  found.show()
  return result
}

function showMessage(
  { memory }: KernelCore,
  context: number,
  { data, dataEnd, size }: OutgoingMessage,
): void {
  memory.view.setBigUint64(context + FIELD.data, BigInt(data), true)
  memory.view.setBigUint64(context + FIELD.data_end, BigInt(dataEnd), true)
  memory.view.setUint32(context + FIELD.size, size, true)
}

function writeContext({ memory }: KernelCore, socket: Socket): number {
  const context = memory.alloc(CONTEXT)
  const word = (field: keyof typeof FIELD, value: number) =>
    memory.view.setUint32(context + FIELD[field], value >>> 0, true)
  memory.view.setBigUint64(context + FIELD.sk, BigInt(socket.contextAddress), true)
  word("family", socket.family)
  word("local_port", socket.local.port)
  const { port } = socket.remote
  word("remote_port", (((port & 0xff) << 8) | (port >> 8)) << 16)
  const ends: readonly ["remote" | "local", Endpoint][] = [
    ["remote", socket.remote],
    ["local", socket.local],
  ]
  for (const [side, { address }] of ends) {
    const v4 = address.length === 4 ? address : embeddedV4(address)
    if (v4) memory.write(context + FIELD[`${side}_ip4`], v4)
    if (address.length === 16) memory.write(context + FIELD[`${side}_ip6`], address)
  }
  return context
}
