import type { KernelCore } from "../../core.ts"
import { type AskedConnection, CALLBACK, runSockOps, SOCK_OPS, type SockOpsEvent } from "../hooks/sock-ops.ts"
import type { Socket } from "../socket.ts"
import { buildTcp, type Ends, hasFlag, type Segment, TCP_FLAG } from "../transport-headers.ts"
import type { ArrivedSegment } from "./arrived-segment.ts"
import type { TcpConnection } from "./connection.ts"
import { arrivedHeader, type HeaderView } from "./header-view.ts"

/**
 * Bytes of a header that Linux leaves to programs: its own options (size, timestamps, window scale, selective
 * acknowledgement), whose values the model does not need, count as there.
 */
const ROOM = { syn: 20, other: 28 } as const
const NO_OPTIONS = new Uint8Array(0)
const NOTHING = 1
/** BPF_WRITE_HDR_TCP_CURRENT_MSS: no segment yet, only its size is asked for. */
const ASKS_FOR_SIZE = 1
/** Options that every kernel reads: end, nothing, size, window scale, selective acknowledgement (2), timestamps, MD5, fast open. */
const KNOWN = new Set([0, 1, 2, 3, 4, 5, 8, 19, 34])

interface Outgoing extends Pick<SockOpsEvent, "syn"> {
  /** Whose callbacks are asked: a listening socket's for connections that are asked for. */
  readonly owner: Socket
  readonly subject: Socket | AskedConnection
}

/** The options that programs put into a segment, a multiple of four bytes. */
export function optionsOf(
  kernel: KernelCore,
  { owner, subject, syn }: Outgoing,
  ends: Ends,
  segment: Segment,
): Uint8Array {
  if ((owner.callbacks & CALLBACK.writeOptions) === 0) return NO_OPTIONS
  const { flags, data } = segment
  const room = hasFlag(segment, TCP_FLAG.syn) ? ROOM.syn : ROOM.other
  const reserved = reserve(kernel, subject, { at: 0, end: 0, room, length: data.length, flags }, syn)
  if (reserved === 0) return NO_OPTIONS
  const { memory } = kernel
  const bytes = buildTcp(ends, { ...segment, options: new Uint8Array(reserved) })
  const at = memory.alloc(bytes.length)
  memory.write(at, bytes)
  const first = at + bytes.length - data.length - reserved
  const header: HeaderView = { at, end: first, room: reserved, length: bytes.length, flags }
  const { isRefused } = runSockOps(kernel, subject, SOCK_OPS.writeOptions, [0], { header, syn })
  const written = isRefused ? 0 : header.end - first
  const options = memory.read(first, reserved)
  options.fill(NOTHING, written)
  memory.free(at)
  return options
}

/** How much programs would put into the next segment of a connection (`tcp_current_mss`). */
export function reservedOptions(kernel: KernelCore, socket: Socket): number {
  if ((socket.callbacks & CALLBACK.writeOptions) === 0) return 0
  const header: HeaderView = { at: 0, end: 0, room: ROOM.other, length: 0, flags: 0 }
  return reserve(kernel, socket, header, undefined, ASKS_FOR_SIZE)
}

/** Bytes that programs ask room for, rounded up to whole words. */
function reserve(
  kernel: KernelCore,
  subject: Socket | AskedConnection,
  header: HeaderView,
  syn: SockOpsEvent["syn"],
  argument = 0,
): number {
  const { room } = header
  const { isRefused } = runSockOps(kernel, subject, SOCK_OPS.reserveOptions, [argument], { header, syn })
  return isRefused ? 0 : (room - header.room + 3) & ~3
}

/** Shows a segment to programs that want to see every header, or those with options that the kernel does not know. */
export function showOptions(kernel: KernelCore, socket: Socket, arrived: ArrivedSegment): void {
  const { tcp, callbacks } = socket
  if (!tcp || isPredicted(tcp, arrived.segment)) return
  noteOptions(tcp, arrived.segment)
  // What follows the first acknowledgement is as predicted.
  tcp.isPredictable = true
  const wantsAll = (callbacks & CALLBACK.parseAllOptions) !== 0
  const wantsUnknown = (callbacks & CALLBACK.parseUnknownOptions) !== 0 && tcp.hasUnknownOptions
  if (!wantsAll && !wantsUnknown) return
  runSockOps(kernel, socket, SOCK_OPS.parseOptions, [], { header: arrivedHeader(kernel, arrived) })
}

/** The next piece of a stream or its acknowledgement, without options: Linux takes it without another look. */
function isPredicted(tcp: TcpConnection, segment: Segment): boolean {
  const isPlain = (segment.options?.length ?? 0) === 0
  return tcp.isPredictable && isPlain && (segment.flags & ~TCP_FLAG.psh) === TCP_FLAG.ack
}

/** Keeps whether the last options that came held unknown ones. */
export function noteOptions(tcp: TcpConnection, { options }: Segment): void {
  if (options === undefined || options.length === 0) return
  tcp.hasUnknownOptions = false
  for (let at = 0; at < options.length && options[at] !== 0; ) {
    if (!KNOWN.has(options[at]!)) tcp.hasUnknownOptions = true
    at += options[at] === NOTHING ? 1 : Math.max(options[at + 1] ?? 0, 2)
  }
}
