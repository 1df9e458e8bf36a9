import type { Segment } from "../transport-headers.ts"
import type { SavedSyn } from "./saved-syn.ts"

/** The counters of one TCP connection. */
export interface TcpConnection {
  /** Made by a listening socket. */
  readonly isPassive: boolean
  /** The next byte to send, and the next one to come. */
  sendNext: number
  receiveNext: number
  /** The largest segment that the other end takes. */
  mss: number
  /** The other end has sent everything. */
  hasEnded: boolean
  bytesSent: number
  bytesReceived: number
  segmentsOut: number
  segmentsIn: number
  /** What asked for it, of passive ones whose listening socket keeps it (TCP_SAVE_SYN). */
  savedSyn: SavedSyn | undefined
  /** The last options that came held some that the kernel does not know. */
  hasUnknownOptions: boolean
  /** Plain segments are taken without another look (header prediction). */
  isPredictable: boolean
}

export function newConnection(values: Partial<TcpConnection>): TcpConnection {
  return {
    isPassive: false,
    sendNext: 0,
    receiveNext: 0,
    mss: 536,
    hasEnded: false,
    bytesSent: 0,
    bytesReceived: 0,
    segmentsOut: 0,
    segmentsIn: 0,
    savedSyn: undefined,
    hasUnknownOptions: false,
    isPredictable: false,
    ...values,
  }
}

/** Sequence numbers wrap. */
export function advance(sequence: number, count: number): number {
  return (sequence + count) >>> 0
}

/** What a segment takes of the sequence space. */
export function spanOf({ data, flags }: Segment): number {
  const [FIN, SYN] = [1, 2]
  return data.length + ((flags & SYN) !== 0 ? 1 : 0) + ((flags & FIN) !== 0 ? 1 : 0)
}
