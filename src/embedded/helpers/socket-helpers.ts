import { errnoNumber } from "../../base/index.ts"
import {
  ALL_CALLBACKS,
  bindTo,
  getOption,
  IP,
  IPPROTO,
  IPV6,
  SO,
  SOCK_OPS_FIELD,
  SOL_SOCKET,
  type Socket,
  savedSynBytes,
  setOption,
  TCP_OPTION,
} from "../sockets/index.ts"
import { memoryArgument, word } from "./argument.ts"
import { sockOpsRun } from "./header-option-helpers.ts"
import type { HelperFunction, HelperTable } from "./helper.ts"
import { socketArgument, socketBehind } from "./socket-argument.ts"

const [EINVAL, ENOENT, ENOSPC] = [-errnoNumber("EINVAL"), -errnoNumber("ENOENT"), -errnoNumber("ENOSPC")]
const SOCKADDR_IN = 16

/** Options that programs may set and read: fewer than processes may. */
const OPTIONS: Readonly<Record<number, ReadonlySet<number>>> = {
  [SOL_SOCKET]: new Set([
    ...[
      SO.reuseAddress,
      SO.sendBuffer,
      SO.receiveBuffer,
      SO.keepAlive,
      SO.priority,
      SO.reusePort,
      SO.receiveLowWater,
    ],
    ...[SO.mark, SO.maxPacingRate, SO.bindToInterface],
  ]),
  [IPPROTO.ip]: new Set([IP.tos]),
  [IPPROTO.ipv6]: new Set([IPV6.class]),
  [IPPROTO.tcp]: new Set([
    ...[TCP_OPTION.noDelay, TCP_OPTION.maxSegment, TCP_OPTION.windowClamp, TCP_OPTION.keepIdle],
    ...[TCP_OPTION.keepInterval, TCP_OPTION.keepCount, TCP_OPTION.synCount, TCP_OPTION.congestion],
    ...[TCP_OPTION.userTimeout, TCP_OPTION.notSentLowWater, TCP_OPTION.saveSyn],
  ]),
}

/** Numbers of four bytes, and the name of a congestion control. */
function isAllowed({ isInternet }: Socket, level: number, option: number, length: bigint): boolean {
  if (!(isInternet || level === SOL_SOCKET) || !OPTIONS[level]?.has(option)) return false
  return length === 4n || (level === IPPROTO.tcp && option === TCP_OPTION.congestion)
}

const set: HelperFunction = (kernel, [context, level, option, value, length], invocation) => {
  const socket = socketBehind(kernel, context, invocation)
  if (!socket || !isAllowed(socket, word(level), word(option), length)) return EINVAL
  const bytes = kernel.memory.read(memoryArgument(kernel, value, length), Number(length))
  return setOption(kernel.core, socket, word(level), word(option), bytes)
}

/** TCP_BPF_SYN, _SYN_IP and _SYN_MAC: the headers of the segment that asked for the connection, from one of them on. */
const getSyn: HelperFunction = (kernel, [, , option, value, length], invocation) => {
  const at = memoryArgument(kernel, value, length)
  kernel.memory.bytes.fill(0, at, at + Number(length))
  const { syn } = sockOpsRun(invocation)
  if (!syn || (word(option) === TCP_OPTION.bpfSynMac && syn.mac.length === 0)) return ENOENT
  const left = TCP_OPTION.bpfSynMac - word(option)
  const headers = savedSynBytes(syn)
  const before = [0, syn.mac.length, syn.mac.length + syn.network.length][left]!
  const told = headers.subarray(before)
  kernel.memory.write(at, told.subarray(0, Number(length)))
  return told.length > Number(length) ? ENOSPC : told.length
}

/** The beginning of what a listening socket has kept of the request, which stays there for processes. */
const getSavedSyn: HelperFunction = (kernel, [context, , , value, length], invocation) => {
  const at = memoryArgument(kernel, value, length)
  kernel.memory.bytes.fill(0, at, at + Number(length))
  const saved = socketBehind(kernel, context, invocation)?.tcp?.savedSyn
  const bytes = savedSynBytes(saved)
  if (!saved || Number(length) > bytes.length) return EINVAL
  kernel.memory.write(at, bytes.subarray(0, Number(length)))
  return 0
}

/** What does not fit the buffer is refused; a refusal leaves zeros. */
const get: HelperFunction = (kernel, args, invocation, frame) => {
  const [context, level, option, value, length] = args
  if (word(level) === IPPROTO.tcp) {
    const isSyn = word(option) >= TCP_OPTION.bpfSyn && word(option) <= TCP_OPTION.bpfSynMac
    if (isSyn && invocation.program.type === "sock_ops") return getSyn(kernel, args, invocation, frame)
    if (word(option) === TCP_OPTION.savedSyn) return getSavedSyn(kernel, args, invocation, frame)
  }
  const at = memoryArgument(kernel, value, length)
  const socket = socketBehind(kernel, context, invocation)
  kernel.memory.bytes.fill(0, at, at + Number(length))
  if (!socket || !isAllowed(socket, word(level), word(option), length)) return EINVAL
  const told = getOption(kernel.core, socket, word(level), word(option), Number(length))
  if (typeof told === "number") return told
  kernel.memory.write(at, told)
  return 0
}

const bind: HelperFunction = (kernel, [context, address, length], invocation) => {
  if (length < BigInt(SOCKADDR_IN)) return EINVAL
  const socket = socketArgument(kernel, context, invocation)
  const bytes = kernel.memory.read(memoryArgument(kernel, address, length), Number(length))
  return bindTo(kernel.core, socket, bytes, { anyPort: true, byProgram: true })
}

const setCallbacks: HelperFunction = (kernel, [context, flags], invocation) => {
  const socket = socketBehind(kernel, context, invocation)
  if (!socket) return EINVAL
  socket.callbacks = word(flags) & ALL_CALLBACKS
  const at = Number(context) + SOCK_OPS_FIELD.bpf_sock_ops_cb_flags
  kernel.memory.view.setUint32(at, socket.callbacks, true)
  return word(flags) & ~ALL_CALLBACKS
}

/** Helpers that tell of a socket and set it up, by the socket or by the context of a hook that has one. */
export const SOCKET_HELPERS: HelperTable = {
  bpf_get_socket_cookie: (kernel, [context], invocation) => {
    const socket = socketBehind(kernel, context, invocation)
    return socket ? kernel.core.sockets.cookie(socket) : 0
  },
  /** Without a context: the first namespace's. */
  bpf_get_netns_cookie: (kernel, [context], invocation) => {
    const { network } = kernel.core
    if (context === 0n) return network.initial.cookie
    return (socketBehind(kernel, context, invocation)?.netns ?? network.initial).cookie
  },
  bpf_setsockopt: set,
  bpf_getsockopt: get,
  bpf_bind: bind,
  bpf_sock_ops_cb_flags_set: setCallbacks,
  bpf_skb_cgroup_id: (kernel, [skb], invocation) => socketBehind(kernel, skb, invocation)?.group.id ?? 0n,
  bpf_skb_ancestor_cgroup_id: (kernel, [skb, level], invocation) =>
    socketBehind(kernel, skb, invocation)?.group.ancestor(word(level) | 0)?.id ?? 0n,
  bpf_sk_cgroup_id: (kernel, [socket], invocation) =>
    socketBehind(kernel, socket, invocation)?.group.id ?? 0n,
  bpf_sk_ancestor_cgroup_id: (kernel, [socket, level], invocation) =>
    socketBehind(kernel, socket, invocation)?.group.ancestor(word(level) | 0)?.id ?? 0n,
}
