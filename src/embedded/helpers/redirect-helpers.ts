import { errnoNumber, NotModelledError } from "../../base/index.ts"
import { memoryArgument, word } from "./argument.ts"
import type { HelperFunction, HelperKernel, HelperTable } from "./helper.ts"
import { redirectFrame } from "./xdp-redirect-helpers.ts"

/** What a program of traffic control or a tunnel answers to have its packet redirected, or dropped. */
const [REDIRECT, SHOT] = [7, 2]
const BPF_F_INGRESS = 1n
const EINVAL = -errnoNumber("EINVAL")

/** `struct bpf_redir_neigh`: the family, and the next hop's address. */
const NEIGHBOUR = { bytes: 20n, family: 0, address: 4 } as const
const AF_INET = 2

const redirect: HelperFunction = (kernel, args, invocation, frame) => {
  if (invocation.program.type === "xdp") return redirectFrame(kernel, args, invocation, frame)
  const [index, flags] = args
  if ((flags & ~BPF_F_INGRESS) !== 0n) return SHOT
  kernel.network.redirect = { index: word(index), way: flags === 0n ? "out" : "in" }
  return REDIRECT
}

const redirectPeer: HelperFunction = (kernel, [index, flags]) => {
  if (flags !== 0n) return SHOT
  kernel.network.redirect = { index: word(index), way: "peer" }
  return REDIRECT
}

const redirectNeighbour: HelperFunction = (kernel, [index, parameters, length, flags]) => {
  if (flags !== 0n || (length !== 0n && length < NEIGHBOUR.bytes)) return SHOT
  const nextHop = length === 0n ? undefined : neighbourOf(kernel, parameters)
  kernel.network.redirect = { index: word(index), way: "neighbour", ...(nextHop && { nextHop }) }
  return REDIRECT
}

function neighbourOf(kernel: HelperKernel, parameters: bigint): Uint8Array {
  const { memory } = kernel
  const at = memoryArgument(kernel, parameters, NEIGHBOUR.bytes)
  const isV4 = memory.view.getUint32(at + NEIGHBOUR.family, true) === AF_INET
  return memory.read(at + NEIGHBOUR.address, isV4 ? 4 : 16)
}

const cloneRedirect: HelperFunction = (kernel, [context, index, flags]) => {
  if ((flags & ~BPF_F_INGRESS) !== 0n) return EINVAL
  const skb = kernel.network.skbAt(Number(context))
  if (!skb)
    throw new NotModelledError("bpf_clone_redirect in a test run is not modelled by the embedded kernel yet")
  return skb.sendClone({ index: word(index), way: flags === 0n ? "out" : "in" }) ? 0 : EINVAL
}

/** Helpers that send packets of traffic control and tunnels elsewhere. */
export const REDIRECT_HELPERS: HelperTable = {
  bpf_redirect: redirect,
  bpf_redirect_peer: redirectPeer,
  bpf_redirect_neigh: redirectNeighbour,
  bpf_clone_redirect: cloneRedirect,
}
