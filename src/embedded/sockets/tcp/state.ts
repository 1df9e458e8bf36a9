import type { KernelCore } from "../../core.ts"
import type { KernelObject } from "../../memory/index.ts"
import type { EventRecord } from "../../tracing/event-record.ts"
import { kernelFunction } from "../../tracing/kernel-function.ts"
import { tracepoint } from "../../tracing/tracepoint.ts"
import { FAMILY, type TcpState } from "../constants.ts"
import { CALLBACK, callSockOps, SOCK_OPS } from "../hooks/sock-ops.ts"
import { embed, type Socket } from "../socket.ts"

const bytesOf = (address: Uint8Array): bigint[] => [...address].map(BigInt)
const v4Of = ({ family }: Socket, address: Uint8Array): bigint[] =>
  family === FAMILY.ipv4 ? bytesOf(address) : [0n, 0n, 0n, 0n]

const inetSockSetState = tracepoint(
  "sock",
  "inet_sock_set_state",
  (kernel, sock: KernelObject, oldState: number, newState: number): EventRecord => {
    const socket = kernel.sockets.at(sock.address)
    if (!socket) return {}
    const { local, remote, family, protocol } = socket
    return {
      skaddr: BigInt(sock.address),
      oldstate: oldState,
      newstate: newState,
      sport: local.port,
      dport: remote.port,
      family,
      protocol,
      saddr: v4Of(socket, local.address),
      daddr: v4Of(socket, remote.address),
      saddr_v6: bytesOf(embed(local.address)),
      daddr_v6: bytesOf(embed(remote.address)),
    }
  },
)

/** Stores a state, past the tracepoint alone. */
export function storeState(kernel: KernelCore, socket: Socket, state: TcpState): void {
  inetSockSetState(kernel, socket.object, socket.state, state)
  socket.state = state
}

const tcpSetState = kernelFunction(
  "tcp_set_state",
  (kernel, sock: KernelObject, state: number): undefined => {
    const socket = kernel.sockets.at(sock.address)
    if (!socket) return
    if ((socket.callbacks & CALLBACK.state) !== 0)
      callSockOps(kernel, socket, SOCK_OPS.state, [socket.state, state])
    storeState(kernel, socket, state as TcpState)
  },
)

/** A TCP socket changes its state: sock_ops programs that asked for it are told first. */
export function setState(kernel: KernelCore, socket: Socket, state: TcpState): void {
  if (socket.state !== state) tcpSetState(kernel, socket.object, state)
}
