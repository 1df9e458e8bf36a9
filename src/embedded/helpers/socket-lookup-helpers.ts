import { errnoNumber, NotModelledError } from "../../base/index.ts"
import type { NetNamespace } from "../network/index.ts"
import {
  assignSocket,
  assignToPacket,
  chooseSocket,
  type Endpoint,
  FAMILY,
  findRequest,
  IPPROTO,
  redirectTo,
  requestAt,
  requestContext,
  type Socket,
  TCP,
  TYPE,
  tcpContext,
} from "../sockets/index.ts"
import { mapArgument, memoryArgument, word } from "./argument.ts"
import type { HelperFunction, HelperKernel, HelperTable, Invocation } from "./helper.ts"
import { socketArgument, socketBehind } from "./socket-argument.ts"
import { checkSynCookie, makeSynCookie } from "./syn-cookie-helpers.ts"

/** `struct bpf_sock_tuple` of IPv4 and of IPv6: both addresses, then both ports. */
const TUPLE = { v4: 12, v6: 36 } as const
/** BPF_F_CURRENT_NETNS, as a number of 32 bits. */
const CURRENT_NETNS = 0xffff_ffff

function readTuple(
  { memory }: HelperKernel,
  at: number,
  size: number,
): { readonly remote: Endpoint; readonly local: Endpoint } | undefined {
  const width = size === TUPLE.v4 ? 4 : size === TUPLE.v6 ? 16 : 0
  if (width === 0) return undefined
  const end = (index: number): Endpoint => ({
    address: memory.read(at + index * width, width),
    port: memory.view.getUint16(at + width * 2 + index * 2),
  })
  return { remote: end(0), local: end(1) }
}

/** Where the packet of a program is, or else its socket. */
function namespaceOf(kernel: HelperKernel, context: bigint, invocation: Invocation): NetNamespace {
  const { network } = kernel.core
  const device =
    invocation.program.type === "xdp" ? network.xdpDevice : network.skbAt(Number(context))?.device
  return device?.namespace ?? socketBehind(kernel, context, invocation)?.netns ?? network.current
}

/**
 * Finds a socket by the ends of its packets: the address of its `struct bpf_sock`, or 0. `findsRequests`: connections that are
 * only asked for have one of their own; else it is that of the socket that was asked.
 */
function lookup(protocol: number, findsRequests = false): HelperFunction {
  return (kernel, [context, tuple, size, netns, flags], invocation) => {
    const ends = readTuple(kernel, memoryArgument(kernel, tuple, size), Number(size))
    if (!ends || flags !== 0n) return 0
    if (word(netns) !== CURRENT_NETNS)
      throw new NotModelledError(
        "finding sockets in another network namespace is not modelled by the embedded kernel yet",
      )
    const { sockets } = kernel.core
    const namespace = namespaceOf(kernel, context, invocation)
    const socket = sockets.find(protocol, namespace, ends.local, ends.remote)
    const mayBeAsked = protocol === IPPROTO.tcp && (!socket || socket.state === TCP.listen)
    const asked = mayBeAsked
      ? findRequest(kernel.core, namespace, { source: ends.remote, destination: ends.local })
      : undefined
    if (asked && findsRequests) return requestContext(kernel.core, asked)
    return (asked?.listener ?? socket)?.contextAddress ?? 0
  }
}

/** The kernel's own struct of a socket that is of this kind, else 0. */
function cast(isOfKind: (socket: Socket) => boolean): HelperFunction {
  return (kernel, [address], invocation) => {
    const socket = address === 0n ? undefined : socketBehind(kernel, address, invocation)
    return socket && isOfKind(socket) ? socket.object.address : 0
  }
}

const isTcp = ({ isInternet, type }: Socket): boolean => isInternet && type === TYPE.stream

const listenerOf = (kernel: HelperKernel, address: bigint, invocation: Invocation): number => {
  const asked = requestAt(Number(address))
  if (asked) return asked.listener.contextAddress
  const socket = socketArgument(kernel, address, invocation)
  return socket.state === TCP.listen ? socket.contextAddress : 0
}

const assign: HelperFunction = (kernel, [context, socket, flags], { program }) => {
  if (program.type !== "sk_lookup") {
    if (socket === 0n || flags !== 0n) return -errnoNumber("EINVAL")
    return assignToPacket(kernel.core, kernel.network.skbAt(Number(context)), Number(socket))
  }
  const found = socket === 0n ? undefined : kernel.core.sockets.at(Number(socket))
  return assignSocket(kernel.core, Number(context), found, word(flags))
}

/** The socket under a key of a map of sockets. */
const select: HelperFunction = (kernel, [context, map, key, flags]) => {
  if (flags !== 0n) return -errnoNumber("EINVAL")
  const storage = mapArgument(kernel, map)
  const at = memoryArgument(kernel, key, BigInt(storage.attributes.keySize))
  return chooseSocket(Number(context), kernel.core.sockets.at(storage.lookup(at)))
}

/** Sends what the program was asked about on to the socket under a key: SK_PASS or SK_DROP. */
const redirect: HelperFunction = (kernel, [context, map, key, flags]) => {
  const storage = mapArgument(kernel, map)
  const at = memoryArgument(kernel, key, BigInt(storage.attributes.keySize))
  return redirectTo(Number(context), kernel.core.sockets.at(storage.lookup(at)), word(flags))
}

/** By the number that sockmaps have as their key. */
const redirectByIndex: HelperFunction = (kernel, [context, map, index, flags]) => {
  const storage = mapArgument(kernel, map)
  const at = kernel.memory.alloc(4)
  kernel.memory.view.setUint32(at, word(index), true)
  const socket = kernel.core.sockets.at(storage.lookup(at))
  kernel.memory.free(at)
  return redirectTo(Number(context), socket, word(flags))
}

/** The socket of a sock_ops program's event goes into a map. */
const putIn: HelperFunction = (kernel, [context, map, key, flags], invocation) => {
  const socket = socketBehind(kernel, context, invocation)
  if (!socket) return -errnoNumber("EOPNOTSUPP")
  const storage = mapArgument(kernel, map)
  const at = memoryArgument(kernel, key, BigInt(storage.attributes.keySize))
  return storage.update(at, socket.contextAddress, flags)
}

/** Helpers that find sockets, and see them as what they are. */
export const SOCKET_LOOKUP_HELPERS: HelperTable = {
  bpf_sk_lookup_tcp: lookup(IPPROTO.tcp),
  bpf_skc_lookup_tcp: lookup(IPPROTO.tcp, true),
  bpf_sk_lookup_udp: lookup(IPPROTO.udp),
  /** Nothing frees a socket while a program runs: references need no count. */
  bpf_sk_release: (kernel, [address], invocation) => {
    if (address === 0n) return -errnoNumber("EINVAL")
    if (requestAt(Number(address))) return 0
    socketArgument(kernel, address, invocation)
    return 0
  },
  bpf_sk_redirect_map: redirectByIndex,
  bpf_sk_redirect_hash: redirect,
  bpf_msg_redirect_map: redirectByIndex,
  bpf_msg_redirect_hash: redirect,
  bpf_sock_map_update: putIn,
  bpf_sock_hash_update: putIn,
  bpf_sk_assign: assign,
  bpf_sk_select_reuseport: select,
  bpf_sk_fullsock: (kernel, [address], invocation) =>
    address === 0n || requestAt(Number(address))
      ? 0
      : socketArgument(kernel, address, invocation).contextAddress,
  bpf_tcp_sock: (kernel, [address], invocation) => {
    if (address === 0n || requestAt(Number(address))) return 0
    const socket = socketArgument(kernel, address, invocation)
    return isTcp(socket) ? tcpContext(kernel.core, socket) : 0
  },
  bpf_tcp_check_syncookie: checkSynCookie,
  bpf_tcp_gen_syncookie: makeSynCookie,
  bpf_get_listener_sock: (kernel, [address], invocation) => listenerOf(kernel, address, invocation),
  bpf_skc_to_tcp_sock: cast(isTcp),
  bpf_skc_to_tcp6_sock: cast(socket => isTcp(socket) && socket.family === FAMILY.ipv6),
  bpf_skc_to_udp6_sock: cast(({ family, protocol }) => family === FAMILY.ipv6 && protocol === IPPROTO.udp),
  bpf_skc_to_unix_sock: cast(({ family }) => family === FAMILY.unix),
  /** Connections that wait or are asked for have no socket that programs could have. */
  bpf_skc_to_tcp_timewait_sock: cast(() => false),
  bpf_skc_to_tcp_request_sock: cast(() => false),
  /** No socket is a path of MPTCP. */
  bpf_skc_to_mptcp_sock: cast(() => false),
}
