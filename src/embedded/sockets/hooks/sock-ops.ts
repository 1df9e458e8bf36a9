import { CONTEXT_LAYOUTS } from "../../../catalog/details.ts"
import { hasGroupPrograms, runGroupPrograms } from "../../cgroups/index.ts"
import type { KernelCore } from "../../core.ts"
import { fieldOffsets } from "../../packets/index.ts"
import { FAMILY } from "../constants.ts"
import { type Endpoint, embeddedV4, type Socket } from "../socket.ts"
import { writeConnection } from "../tcp/context.ts"
import type { HeaderView } from "../tcp/header-view.ts"
import type { SavedSyn } from "../tcp/saved-syn.ts"

const FIELD = fieldOffsets("bpf_sock_ops")
const { size: CONTEXT } = CONTEXT_LAYOUTS.bpf_sock_ops
const HOOK = "cgroup_sock_ops"

/** BPF_SOCK_OPS_*. */
export const SOCK_OPS = {
  timeoutInit: 1,
  rwndInit: 2,
  tcpConnect: 3,
  activeEstablished: 4,
  passiveEstablished: 5,
  needsEcn: 6,
  baseRtt: 7,
  rto: 8,
  retransmit: 9,
  state: 10,
  tcpListen: 11,
  rtt: 12,
  parseOptions: 13,
  reserveOptions: 14,
  writeOptions: 15,
} as const

/** BPF_SOCK_OPS_*_CB_FLAG: callbacks that a socket has to ask for; and all of them. */
export const CALLBACK = {
  ...{ rto: 1, retransmit: 2, state: 4, rtt: 8 },
  ...{ parseAllOptions: 16, parseUnknownOptions: 32, writeOptions: 64 },
} as const
export const ALL_CALLBACKS = 0x7f

/** The segment that an event is about. */
export interface SockOpsEvent {
  /** Undefined where none is there, or none yet. */
  readonly header?: HeaderView | undefined
  /** The request for the connection that is being answered. */
  readonly syn?: SavedSyn | undefined
}

/** What these programs know besides their context. */
export interface SockOpsRun {
  readonly operation: number
  /** Undefined of a connection that is only asked for. */
  readonly socket: Socket | undefined
  readonly header: HeaderView | undefined
  /** What asked for the connection; undefined where nobody has kept it. */
  readonly syn: SavedSyn | undefined
}

/** A connection that is only asked for: its listening socket's groups are asked. */
export interface AskedConnection {
  readonly listener: Socket
  readonly local: Endpoint
  readonly remote: Endpoint
}

/** Calls the programs for an event of a socket: what they reply; −1 when one of them fails. */
export function callSockOps(
  kernel: KernelCore,
  subject: Socket | AskedConnection,
  operation: number,
  args: readonly number[] = [],
  event: SockOpsEvent = {},
): number {
  const { isRefused, reply } = runSockOps(kernel, subject, operation, args, event)
  return isRefused ? -1 : reply
}

/** The same; `isRefused` when a program fails. */
export function runSockOps(
  kernel: KernelCore,
  subject: Socket | AskedConnection,
  operation: number,
  args: readonly number[],
  { header, syn }: SockOpsEvent,
): { readonly isRefused: boolean; readonly reply: number } {
  const isFull = !("listener" in subject)
  const owner = isFull ? subject : subject.listener
  if (!hasGroupPrograms(kernel, owner.group, HOOK)) return { isRefused: false, reply: 0 }
  const { memory } = kernel
  const context = memory.alloc(CONTEXT)
  const word = (field: keyof typeof FIELD, value: number) =>
    memory.view.setUint32(context + FIELD[field], value >>> 0, true)
  word("op", operation)
  args.forEach((value, index) => {
    memory.view.setUint32(context + FIELD.args + index * 4, value, true)
  })
  word("family", owner.family)
  writeEnd(kernel, context, "remote", subject.remote)
  writeEnd(kernel, context, "local", subject.local)
  word("is_fullsock", isFull ? 1 : 0)
  if (isFull) writeState(kernel, context, subject)
  if (header) writeHeader(kernel, context, header)
  const run: SockOpsRun = {
    operation,
    socket: isFull ? subject : undefined,
    header,
    syn: syn ?? (isFull ? subject.tcp?.savedSyn : undefined),
  }
  const result = runGroupPrograms(kernel, owner.group, HOOK, context, { state: run })
  const reply = memory.view.getInt32(context + FIELD.reply, true)
  memory.free(context)
  return { isRefused: result !== 0, reply }
}

function writeHeader({ memory }: KernelCore, context: number, header: HeaderView): void {
  memory.view.setBigUint64(context + FIELD.skb_data, BigInt(header.at), true)
  memory.view.setBigUint64(context + FIELD.skb_data_end, BigInt(header.end), true)
  memory.view.setUint32(context + FIELD.skb_len, header.length, true)
  memory.view.setUint32(context + FIELD.skb_tcp_flags, header.flags, true)
}

/** Network byte order in the upper half: a port of the other end. */
function remotePort(port: number): number {
  return (((port & 0xff) << 8) | (port >> 8)) << 16
}

function writeEnd({ memory }: KernelCore, context: number, side: "remote" | "local", end: Endpoint): void {
  const { address, port } = end
  const v4 = address.length === 4 ? address : embeddedV4(address)
  if (v4) memory.write(context + FIELD[`${side}_ip4`], v4)
  if (address.length === 16) memory.write(context + FIELD[`${side}_ip6`], address)
  memory.view.setUint32(
    context + FIELD[`${side}_port`],
    (side === "remote" ? remotePort(port) : port) >>> 0,
    true,
  )
}

function writeState(kernel: KernelCore, context: number, socket: Socket): void {
  const { view } = kernel.memory
  view.setUint32(context + FIELD.state, socket.state, true)
  view.setUint32(context + FIELD.bpf_sock_ops_cb_flags, socket.callbacks >>> 0, true)
  writeConnection(kernel, context, FIELD, socket)
  view.setBigUint64(context + FIELD.sk, BigInt(socket.contextAddress), true)
}

export const SOCK_OPS_FIELD = FIELD
export const isIpv6 = ({ family }: Socket): boolean => family === FAMILY.ipv6
