import type { KernelCore } from "../../core.ts"
import type { Socket } from "../socket.ts"

/** `struct bpf_tcp_sock`: what the model knows of it, the rest is zero as on a connection that lost nothing. */
const FIELD = {
  ...{ snd_cwnd: 0, snd_ssthresh: 12, rcv_nxt: 16, snd_nxt: 20, snd_una: 24, mss_cache: 28 },
  ...{ segs_in: 56, segs_out: 64, bytes_received: 80, bytes_acked: 88 },
} as const
const BYTES = 112
/** Segments of a fresh connection that may be on their way, and that it starts slowly until something is lost. */
const INITIAL_WINDOW = 10
const NO_THRESHOLD = 0x7fff_ffff

/** Where a structure has what programs are told of a connection. */
type ConnectionFields = Readonly<
  Record<
    | "snd_cwnd"
    | "mss_cache"
    | "rcv_nxt"
    | "snd_nxt"
    | "segs_in"
    | "segs_out"
    | "bytes_received"
    | "bytes_acked",
    number
  >
>

/** Where the `struct bpf_tcp_sock` of a TCP socket stands, as its connection is now. */
export function tcpContext(kernel: KernelCore, socket: Socket): number {
  const { memory } = kernel
  socket.tcpContext ||= memory.alloc(BYTES)
  const at = socket.tcpContext
  writeConnection(kernel, at, FIELD, socket)
  memory.view.setUint32(at + FIELD.snd_ssthresh, NO_THRESHOLD, true)
  // What is sent arrives at once.
  memory.view.setUint32(at + FIELD.snd_una, (socket.tcp?.sendNext ?? 0) >>> 0, true)
  return at
}

/** Writes what `struct bpf_tcp_sock` and `struct bpf_sock_ops` both tell of a connection. */
export function writeConnection(
  { memory }: KernelCore,
  at: number,
  fields: ConnectionFields,
  { tcp }: Socket,
): void {
  const word = (field: keyof ConnectionFields, value: number) =>
    memory.view.setUint32(at + fields[field], value >>> 0, true)
  word("snd_cwnd", INITIAL_WINDOW)
  word("mss_cache", tcp?.mss ?? 536)
  word("rcv_nxt", tcp?.receiveNext ?? 0)
  word("snd_nxt", tcp?.sendNext ?? 0)
  word("segs_in", tcp?.segmentsIn ?? 0)
  word("segs_out", tcp?.segmentsOut ?? 0)
  memory.view.setBigUint64(at + fields.bytes_received, BigInt(tcp?.bytesReceived ?? 0), true)
  memory.view.setBigUint64(at + fields.bytes_acked, BigInt(tcp?.bytesSent ?? 0), true)
}
