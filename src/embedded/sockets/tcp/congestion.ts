import { errnoNumber } from "../../../base/index.ts"
import type { KernelCore } from "../../core.ts"
import type { KernelObject } from "../../memory/index.ts"
import type { CongestionControl } from "../../struct-ops/index.ts"
import { runWithArguments } from "../../tracing/kernel-function.ts"
import { TCP } from "../constants.ts"
import type { Socket } from "../socket.ts"

/** Segments that a connection begins with, and the threshold before any loss (TCP_INIT_CWND, TCP_INFINITE_SSTHRESH). */
const [FIRST_WINDOW, NO_THRESHOLD] = [10, 0x7fff_ffff]
/** CA_EVENT_TX_START, TCP_CA_Open. */
const [TRANSMIT_STARTS, OPEN] = [0, 0]
const NANOSECONDS = 1000n
/** Programs of the protocol run in its softirq. */
const TRACE_FLAGS = "..s21"

interface Segment {
  readonly end: number
  readonly hasData: boolean
  readonly sentAt: bigint
}

/** What a connection has of the control that its socket chose. */
interface Controlled {
  /** Undefined for those of the kernel's own, which nobody sees. */
  readonly control: CongestionControl | undefined
  isInitialized: boolean
  /** Sent, and not acknowledged: oldest first. */
  readonly inFlight: Segment[]
}

const connections = new WeakMap<Socket, Controlled>()

function controlledOf(kernel: KernelCore, socket: Socket): Controlled {
  const known = connections.get(socket)
  if (known) return known
  const control = kernel.congestionControls.find(socket.options.congestion)
  const made = { control, isInitialized: false, inFlight: [] }
  connections.set(socket, made)
  if (control) tcpOf(kernel, socket).set("snd_cwnd", FIRST_WINDOW).set("snd_ssthresh", NO_THRESHOLD)
  return made
}

/** struct tcp_sock, which that of IPv6 begins with. */
function tcpOf({ types }: KernelCore, { object }: Socket): KernelObject {
  return types.at("tcp_sock", object.address)
}

function call(
  kernel: KernelCore,
  socket: Socket,
  { control }: Controlled,
  member: string,
  ...args: readonly number[]
): void {
  const program = control?.operations.get(member)
  if (!program) return
  const words = [socket.object.address, ...args].map(word => BigInt.asUintN(64, BigInt(word)))
  runWithArguments(kernel, [{ program, cookie: 0n, offset: 0 }], words, { traceFlags: TRACE_FLAGS })
}

/** A connection out of a listening socket starts in the open state (`tcp_ca_openreq_child`). */
export function openCongestion(kernel: KernelCore, socket: Socket): void {
  call(kernel, socket, controlledOf(kernel, socket), "set_state", OPEN)
}

/** The connection is there (`tcp_init_congestion_control`). */
export function initCongestion(kernel: KernelCore, socket: Socket): void {
  const controlled = controlledOf(kernel, socket)
  if (controlled.isInitialized) return
  controlled.isInitialized = true
  call(kernel, socket, controlled, "init")
}

/** The connection is over, or gets another control. */
export function releaseCongestion(kernel: KernelCore, socket: Socket): void {
  const controlled = connections.get(socket)
  if (controlled) call(kernel, socket, controlled, "release")
  connections.delete(socket)
}

/** TCP_CONGESTION: another control, at once where there is a connection. 0, or −ENOENT for one that nobody registered. */
export function chooseCongestion(kernel: KernelCore, socket: Socket, name: string): number {
  if (!kernel.congestionControls.names.includes(name)) return -errnoNumber("ENOENT")
  const inFlight = connections.get(socket)?.inFlight ?? []
  if (name !== socket.options.congestion) releaseCongestion(kernel, socket)
  socket.options.congestion = name
  if (socket.state === TCP.close || socket.state === TCP.listen) return 0
  const controlled = controlledOf(kernel, socket)
  if (controlled.inFlight.length === 0) controlled.inFlight.push(...inFlight)
  initCongestion(kernel, socket)
  return 0
}

/** A segment that is to be acknowledged goes out; `end` is the sequence number behind it. */
export function sentSegment(kernel: KernelCore, socket: Socket, end: number, hasData: boolean): void {
  const controlled = controlledOf(kernel, socket)
  if (!controlled.control) return
  const { inFlight } = controlled
  if (hasData && inFlight.length === 0) call(kernel, socket, controlled, "cwnd_event", TRANSMIT_STARTS)
  inFlight.push({ end, hasData, sentAt: kernel.clock.now() })
  showFlight(kernel, socket, inFlight.length)
}

/** The other end has everything before a sequence number (`tcp_ack`). */
export function acknowledgedUpTo(kernel: KernelCore, socket: Socket, sequence: number): void {
  const controlled = connections.get(socket)
  if (!controlled?.control) return
  const { inFlight } = controlled
  const isBehind = ({ end }: Segment) => (sequence - end) >>> 0 < 0x8000_0000
  const before = inFlight.length
  const acked = inFlight.filter(isBehind)
  if (acked.length === 0) return
  call(kernel, socket, controlled, "in_ack_event", 0)
  inFlight.splice(0, inFlight.length, ...inFlight.filter(segment => !isBehind(segment)))
  showFlight(kernel, socket, inFlight.length)
  const sample = kernel.types.create("ack_sample", {
    pkts_acked: acked.length,
    rtt_us: (kernel.clock.now() - acked[0]!.sentAt) / NANOSECONDS,
    in_flight: before,
  })
  call(kernel, socket, controlled, "pkts_acked", sample.address)
  sample.free()
  // A request for a connection is no data: the window does not grow by it.
  if (acked.every(({ hasData }) => !hasData) && !controlled.isInitialized) return
  call(kernel, socket, controlled, "cong_avoid", sequence, acked.length)
}

function showFlight(kernel: KernelCore, socket: Socket, count: number): void {
  const tcp = tcpOf(kernel, socket)
  tcp.set("packets_out", count)
  if (count > tcp.number("max_packets_out")) tcp.set("max_packets_out", count)
}
