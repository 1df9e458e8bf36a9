import { SKB_FIELD } from "../packets/index.ts"
import type { Socket } from "../sockets/index.ts"
import { SOCK_OPS_FIELD } from "../sockets/index.ts"
import { ArgumentRefusal, hex } from "./argument.ts"
import type { HelperKernel, Invocation } from "./helper.ts"

/** Where contexts of these program types point to their socket. */
const SOCKET_AT: Readonly<Record<string, number>> = {
  cgroup_sock_addr: 64,
  cgroup_sockopt: 0,
  sock_ops: SOCK_OPS_FIELD.sk,
  cgroup_skb: SKB_FIELD.sk,
  sched_cls: SKB_FIELD.sk,
  sched_act: SKB_FIELD.sk,
  socket_filter: SKB_FIELD.sk,
  sk_skb: SKB_FIELD.sk,
}

/** The socket that an argument is or, as a context, has; undefined where there is none. */
export function socketBehind(
  kernel: HelperKernel,
  address: bigint,
  invocation: Invocation,
): Socket | undefined {
  const { sockets } = kernel.core
  const itself = sockets.at(Number(address))
  if (itself) return itself
  const at = SOCKET_AT[invocation.program.type]
  if (at === undefined || Number(address) !== invocation.context) return undefined
  const pointer = kernel.memory.view.getBigUint64(invocation.context + at, true)
  return sockets.at(Number(pointer))
}

/** Throws ArgumentRefusal for what is no socket. */
export function socketArgument(kernel: HelperKernel, address: bigint, invocation: Invocation): Socket {
  const socket = socketBehind(kernel, address, invocation)
  if (socket) return socket
  throw new ArgumentRefusal(`the argument ${hex(address)} is no socket`)
}
