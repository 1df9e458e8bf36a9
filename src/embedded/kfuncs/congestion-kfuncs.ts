import { word } from "../helpers/argument.ts"
import type { HelperFunction, HelperKernel, HelperTable } from "../helpers/helper.ts"
import type { KernelObject } from "../memory/index.ts"

const LEAST_WINDOW = 2

function tcpAt({ types }: HelperKernel, address: bigint): KernelObject {
  return types.at("tcp_sock", Number(address))
}

/** Doubles the window each round trip, up to the threshold: what is left of the acknowledged segments. */
function slowStart(tcp: KernelObject, acked: number): number {
  const window = tcp.number("snd_cwnd")
  const grown = Math.min(window + acked, tcp.number("snd_ssthresh"))
  tcp.set("snd_cwnd", Math.min(grown, tcp.number("snd_cwnd_clamp") || grown))
  return acked - (grown - window)
}

/** One segment more for every `weight` that were acknowledged. */
function additiveIncrease(tcp: KernelObject, weight: number, acked: number): void {
  let [window, counted] = [tcp.number("snd_cwnd"), tcp.number("snd_cwnd_cnt")]
  if (counted >= weight) {
    counted = 0
    window += 1
  }
  counted += acked
  if (counted >= weight) {
    const more = Math.floor(counted / weight)
    counted -= more * weight
    window += more
  }
  const clamp = tcp.number("snd_cwnd_clamp")
  tcp.set("snd_cwnd_cnt", counted).set("snd_cwnd", clamp > 0 ? Math.min(window, clamp) : window)
}

const isLimited = (tcp: KernelObject): boolean =>
  tcp.number("snd_cwnd") < tcp.number("snd_ssthresh") &&
  tcp.number("snd_cwnd") < 2 * tcp.number("max_packets_out")

const renoAvoid: HelperFunction = (kernel, [sock, _ack, acked]) => {
  const tcp = tcpAt(kernel, sock)
  if (!isLimited(tcp)) return 0
  let left = word(acked)
  if (tcp.number("snd_cwnd") < tcp.number("snd_ssthresh")) left = slowStart(tcp, left)
  if (left > 0) additiveIncrease(tcp, tcp.number("snd_cwnd"), left)
  return 0
}

/** What the kernel's own Reno does, for congestion controls made of programs. */
export const CONGESTION_KFUNCS: HelperTable = {
  tcp_reno_ssthresh: (kernel, [sock]) => Math.max(tcpAt(kernel, sock).number("snd_cwnd") >> 1, LEAST_WINDOW),
  tcp_reno_undo_cwnd: (kernel, [sock]) => {
    const tcp = tcpAt(kernel, sock)
    return Math.max(tcp.number("snd_cwnd"), tcp.number("prior_cwnd"))
  },
  tcp_slow_start: (kernel, [sock, acked]) => slowStart(tcpAt(kernel, sock), word(acked)),
  tcp_cong_avoid_ai: (kernel, [sock, weight, acked]) => {
    additiveIncrease(tcpAt(kernel, sock), word(weight), word(acked))
    return 0
  },
  tcp_reno_cong_avoid: renoAvoid,
}
