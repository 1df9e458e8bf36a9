import { CONTEXT_LAYOUTS } from "../../../catalog/details.ts"
import { hasGroupPrograms, runGroupPrograms } from "../../cgroups/index.ts"
import type { KernelCore } from "../../core.ts"
import { fieldOffsets } from "../../packets/index.ts"
import { FAMILY } from "../constants.ts"
import { decodeUnix, encodeEndpoint, familyOf } from "../sockaddr.ts"
import type { Endpoint, Socket } from "../socket.ts"

const FIELD = fieldOffsets("bpf_sock_addr")
const { size: CONTEXT } = CONTEXT_LAYOUTS.bpf_sock_addr

/** Calls that have a hook on their address. */
export type AddressCall = "bind" | "connect" | "sendmsg" | "recvmsg" | "getpeername" | "getsockname"

/** What programs of these hooks know besides their context. */
export interface AddressRun {
  readonly socket: Socket
  /** Of unix sockets: the name in the address, which programs change by bpf_sock_addr_set_sun_path. */
  path: string
}

export interface AddressHook {
  readonly call: AddressCall
  /** sendmsg: the address that the message is to come from. */
  readonly source?: Uint8Array | undefined
  readonly onFlags?: (flags: number) => void
}

export interface HookedAddress {
  /** 0 or a negative errno. */
  readonly refused: number
  /** The sockaddr as the programs left it. */
  readonly address: Uint8Array
  readonly source: Uint8Array | undefined
}

/** "cgroup_inet4_connect", "cgroup_udp6_sendmsg", "cgroup_unix_bind": by the socket's family. */
export function addressHookName({ family }: Socket, call: AddressCall): string {
  if (family === FAMILY.unix) return `cgroup_unix_${call}`
  const version = family === FAMILY.ipv6 ? "6" : "4"
  return call === "sendmsg" || call === "recvmsg"
    ? `cgroup_udp${version}_${call}`
    : `cgroup_inet${version}_${call}`
}

/** Lets the programs of the socket's groups decide over an address, and change it. */
export function runAddressHook(
  kernel: KernelCore,
  socket: Socket,
  address: Uint8Array,
  { call, source, onFlags }: AddressHook,
): HookedAddress {
  const hook = addressHookName(socket, call)
  const isKnown = socket.isInternet || socket.family === FAMILY.unix
  if (!isKnown || !hasGroupPrograms(kernel, socket.group, hook)) return { refused: 0, address, source }
  const context = writeContext(kernel, socket, address, source)
  const run: AddressRun = { socket, path: decodeUnix(address) }
  const refused = runGroupPrograms(kernel, socket.group, hook, context, {
    state: run,
    ...(onFlags && { onFlags }),
  })
  const changed =
    socket.family === FAMILY.unix ? withPath(address, run) : readAddress(kernel, context, address)
  const from = source && readSource(kernel, context, source)
  kernel.memory.free(context)
  return { refused, address: changed, source: from }
}

function writeContext(
  kernel: KernelCore,
  socket: Socket,
  address: Uint8Array,
  source: Uint8Array | undefined,
): number {
  const { memory } = kernel
  const context = memory.alloc(CONTEXT)
  const word = (field: keyof typeof FIELD, value: number) =>
    memory.view.setUint32(context + FIELD[field], value, true)
  word("user_family", familyOf(address))
  word("family", socket.family)
  word("type", socket.type)
  word("protocol", socket.protocol)
  memory.view.setBigUint64(context + FIELD.sk, BigInt(socket.contextAddress), true)
  if (socket.family === FAMILY.unix) return context
  memory.write(context + FIELD.user_port, address.subarray(2, 4))
  if (socket.family === FAMILY.ipv4) memory.write(context + FIELD.user_ip4, address.subarray(4, 8))
  else memory.write(context + FIELD.user_ip6, address.subarray(8, 24))
  if (source) memory.write(context + (source.length === 4 ? FIELD.msg_src_ip4 : FIELD.msg_src_ip6), source)
  return context
}

/** Address and port as they stand in the context now; what else the sockaddr says stays. */
function readAddress({ memory }: KernelCore, context: number, address: Uint8Array): Uint8Array {
  const changed = address.slice()
  const isV4 = address.length < 24
  changed.set(memory.read(context + FIELD.user_port, 2), 2)
  changed.set(memory.read(context + (isV4 ? FIELD.user_ip4 : FIELD.user_ip6), isV4 ? 4 : 16), isV4 ? 4 : 8)
  return changed
}

function readSource({ memory }: KernelCore, context: number, source: Uint8Array): Uint8Array {
  return memory.read(context + (source.length === 4 ? FIELD.msg_src_ip4 : FIELD.msg_src_ip6), source.length)
}

function withPath(address: Uint8Array, { path }: AddressRun): Uint8Array {
  if (path === decodeUnix(address)) return address
  return Uint8Array.of(...address.subarray(0, 2), ...[...path].map(char => char.charCodeAt(0)))
}

/** What a call tells its caller of an end, after the programs that may tell something else. */
export function toldAddress(
  kernel: KernelCore,
  socket: Socket,
  endpoint: Endpoint,
  call: AddressCall,
): Uint8Array {
  return runAddressHook(kernel, socket, encodeEndpoint(endpoint), { call }).address
}
