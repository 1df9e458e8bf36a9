import { errnoNumber } from "../../base/index.ts"
import { CONTEXT_LAYOUTS } from "../../catalog/details.ts"
import type { KernelCore } from "../core.ts"
import { fieldOffsets } from "../packets/index.ts"
import { type Endpoint, embeddedV4, type Socket } from "./socket.ts"

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

/** A verdict to drop stays, unasked, as long as the socket is served: seen on 6.12. */
const dropping = new WeakMap<Socket, Socket["service"]>()

export interface Verdict {
  /** The message as the program left it. */
  readonly bytes: Uint8Array
  readonly redirect: Redirect | undefined
}

/** What a socket's sk_msg program says to a message before it is sent; a negative errno when it drops it. */
export function messageVerdict(kernel: KernelCore, socket: Socket, bytes: Uint8Array): Verdict | number {
  const program = socket.service?.sk_msg_verdict
  if (!program) return { bytes, redirect: undefined }
  if (dropping.get(socket) === socket.service) return -errnoNumber("EACCES")
  const { memory } = kernel
  const buffer = memory.alloc(Math.max(bytes.length, 1))
  memory.write(buffer, bytes)
  const context = writeContext(kernel, socket, buffer, bytes.length)
  const { result, redirect } = withRedirect(context, () =>
    kernel.run(program, context, { traceFlags: TRACE_FLAGS }),
  )
  const left = memory.read(buffer, bytes.length)
  memory.free(context)
  memory.free(buffer)
  if (result === SK_PASS) return { bytes: left, redirect }
  dropping.set(socket, socket.service)
  return -errnoNumber("EACCES")
}

function writeContext({ memory }: KernelCore, socket: Socket, data: number, length: number): number {
  const context = memory.alloc(CONTEXT)
  const word = (field: keyof typeof FIELD, value: number) =>
    memory.view.setUint32(context + FIELD[field], value >>> 0, true)
  memory.view.setBigUint64(context + FIELD.data, BigInt(data), true)
  memory.view.setBigUint64(context + FIELD.data_end, BigInt(data + length), true)
  memory.view.setBigUint64(context + FIELD.sk, BigInt(socket.contextAddress), true)
  word("family", socket.family)
  word("size", length)
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
