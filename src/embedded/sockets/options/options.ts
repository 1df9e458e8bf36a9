import { decodeUtf8, encodeUtf8, errnoNumber, NotModelledError } from "../../../base/index.ts"
import type { KernelCore } from "../../core.ts"
import {
  FAMILY,
  IP,
  IPPROTO,
  IPV6,
  MTU_DISCOVER,
  SO,
  SOL_SOCKET,
  TCP,
  TCP_OPTION,
  TYPE,
} from "../constants.ts"
import type { Socket } from "../socket.ts"
import { chooseCongestion } from "../tcp/congestion.ts"
import { savedSynBytes } from "../tcp/saved-syn.ts"

const [EINVAL, EPERM] = [-errnoNumber("EINVAL"), -errnoNumber("EPERM")]
const ENOPROTOOPT = -errnoNumber("ENOPROTOOPT")
const EOPNOTSUPP = -errnoNumber("EOPNOTSUPP")
/** net.core.rmem_max and wmem_max, and what a buffer has at least. */
const MOST_BUFFER = 212992
const LEAST_RECEIVE = 2304
const LEAST_SEND = 2 * LEAST_RECEIVE
/** Priorities that ask for no right. */
const MOST_PRIORITY = 6

/** One option: how it is read and set; what is missing is refused with ENOPROTOOPT. */
interface OptionRow {
  readonly get?: (socket: Socket, kernel: KernelCore) => number | bigint
  readonly set?: (socket: Socket, value: number, kernel: KernelCore) => number
}

const flag = (level: number, option: number): OptionRow =>
  plain(level, option, value => (value !== 0 ? 1 : 0))

/** A number that only comes back as it was set. */
function plain(
  level: number,
  option: number,
  adjust: (value: number) => number = value => value,
  initial = 0,
): OptionRow {
  return {
    get: ({ options }) => options.other(level, option) ?? initial,
    set: ({ options }, value) => {
      options.setOther(level, option, adjust(value))
      return 0
    },
  }
}

/** A positive number, else EINVAL. */
function bounded(level: number, option: number, least: number, most: number, initial: number): OptionRow {
  const row = plain(level, option, undefined, initial)
  return {
    ...row,
    set: (socket, value, kernel) =>
      value < least || value > most ? EINVAL : (row.set?.(socket, value, kernel) ?? 0),
  }
}

const isRoot = ({ current }: KernelCore) => current.uid === 0

const SOCKET_OPTIONS: Readonly<Record<number, OptionRow>> = {
  [SO.debug]: flag(SOL_SOCKET, SO.debug),
  [SO.dontRoute]: flag(SOL_SOCKET, SO.dontRoute),
  [SO.broadcast]: flag(SOL_SOCKET, SO.broadcast),
  [SO.keepAlive]: flag(SOL_SOCKET, SO.keepAlive),
  [SO.oobInline]: flag(SOL_SOCKET, SO.oobInline),
  [SO.receiveLowWater]: plain(SOL_SOCKET, SO.receiveLowWater, value => value || 1, 1),
  [SO.maxPacingRate]: plain(SOL_SOCKET, SO.maxPacingRate, undefined, -1),
  [SO.incomingCpu]: plain(SOL_SOCKET, SO.incomingCpu, undefined, -1),
  [SO.type]: { get: ({ type }) => type },
  [SO.domain]: { get: ({ family }) => family },
  [SO.protocol]: { get: ({ protocol }) => protocol },
  [SO.acceptsConnections]: { get: ({ state }) => (state === TCP.listen ? 1 : 0) },
  [SO.cookie]: { get: (socket, kernel) => kernel.sockets.cookie(socket) },
  [SO.error]: {
    get: socket => {
      const { error } = socket
      socket.error = 0
      return error
    },
  },
  [SO.reuseAddress]: {
    get: ({ options }) => options.reuseAddress,
    set: ({ options }, value) => {
      options.reuseAddress = value !== 0 ? 1 : 0
      return 0
    },
  },
  [SO.reusePort]: {
    get: ({ options }) => options.reusePort,
    set: ({ options }, value) => {
      options.reusePort = value !== 0 ? 1 : 0
      return 0
    },
  },
  [SO.receiveBuffer]: {
    get: ({ options }) => options.receiveBuffer,
    set: ({ options }, value) => {
      options.receiveBuffer = Math.max(Math.min(value >>> 0, MOST_BUFFER) * 2, LEAST_RECEIVE)
      return 0
    },
  },
  [SO.sendBuffer]: {
    get: ({ options }) => options.sendBuffer,
    set: ({ options }, value) => {
      options.sendBuffer = Math.max(Math.min(value >>> 0, MOST_BUFFER) * 2, LEAST_SEND)
      return 0
    },
  },
  [SO.priority]: {
    get: ({ options }) => options.priority,
    set: ({ options }, value, kernel) => {
      if ((value < 0 || value > MOST_PRIORITY) && !isRoot(kernel)) return EPERM
      options.priority = value
      return 0
    },
  },
  [SO.mark]: {
    get: ({ options }) => options.mark,
    set: ({ options }, value, kernel) => {
      if (!isRoot(kernel)) return EPERM
      options.mark = value >>> 0
      return 0
    },
  },
  [SO.bindToInterface]: {
    get: ({ options }) => options.boundInterface,
    set: ({ options, netns }, value) => {
      if (value < 0) return EINVAL
      if (value !== 0 && !netns.devices.has(value)) return -errnoNumber("ENODEV")
      options.boundInterface = value
      return 0
    },
  },
}

const TOS_OF_ECN = 3

const IP_OPTIONS: Readonly<Record<number, OptionRow>> = {
  [IP.tos]: {
    get: ({ options }) => options.tos,
    set: ({ options, type }, value) => {
      // TCP marks congestion itself.
      options.tos =
        type === TYPE.stream ? (value & 0xff & ~TOS_OF_ECN) | (options.tos & TOS_OF_ECN) : value & 0xff
      return 0
    },
  },
  [IP.ttl]: {
    get: ({ options }) => options.ttl,
    set: ({ options }, value) => {
      if (value !== -1 && (value < 1 || value > 255)) return EINVAL
      options.ttl = value === -1 ? 64 : value
      return 0
    },
  },
  [IP.mtuDiscover]: {
    get: ({ options }) => options.mtuDiscover,
    set: ({ options }, value) => {
      if (value < MTU_DISCOVER.dont || value > MTU_DISCOVER.omit) return EINVAL
      options.mtuDiscover = value
      return 0
    },
  },
  [IP.freeBind]: flag(IPPROTO.ip, IP.freeBind),
  [IP.transparent]: flag(IPPROTO.ip, IP.transparent),
  [IP.bindAddressNoPort]: flag(IPPROTO.ip, IP.bindAddressNoPort),
}

const IPV6_OPTIONS: Readonly<Record<number, OptionRow>> = {
  [IPV6.only]: {
    get: ({ options }) => options.onlyV6,
    set: (socket, value) => {
      if (socket.isBound) return EINVAL
      socket.options.onlyV6 = value !== 0 ? 1 : 0
      return 0
    },
  },
  [IPV6.mtuDiscover]: {
    get: ({ options }) => options.mtuDiscoverV6,
    set: ({ options }, value) => {
      if (value < MTU_DISCOVER.dont || value > MTU_DISCOVER.omit) return EINVAL
      options.mtuDiscoverV6 = value
      return 0
    },
  },
  [IPV6.class]: { ...IP_OPTIONS[IP.tos] },
  [IPV6.unicastHops]: { ...IP_OPTIONS[IP.ttl] },
}

const TCP_OPTIONS: Readonly<Record<number, OptionRow>> = {
  [TCP_OPTION.noDelay]: flag(IPPROTO.tcp, TCP_OPTION.noDelay),
  [TCP_OPTION.cork]: flag(IPPROTO.tcp, TCP_OPTION.cork),
  [TCP_OPTION.keepIdle]: bounded(IPPROTO.tcp, TCP_OPTION.keepIdle, 1, 32767, 7200),
  [TCP_OPTION.keepInterval]: bounded(IPPROTO.tcp, TCP_OPTION.keepInterval, 1, 32767, 75),
  [TCP_OPTION.keepCount]: bounded(IPPROTO.tcp, TCP_OPTION.keepCount, 1, 127, 9),
  [TCP_OPTION.synCount]: bounded(IPPROTO.tcp, TCP_OPTION.synCount, 1, 127, 6),
  [TCP_OPTION.windowClamp]: plain(IPPROTO.tcp, TCP_OPTION.windowClamp),
  [TCP_OPTION.userTimeout]: bounded(IPPROTO.tcp, TCP_OPTION.userTimeout, 0, 2 ** 31 - 1, 0),
  [TCP_OPTION.notSentLowWater]: plain(IPPROTO.tcp, TCP_OPTION.notSentLowWater),
  [TCP_OPTION.saveSyn]: bounded(IPPROTO.tcp, TCP_OPTION.saveSyn, 0, 2, 0),
}

/** Options of a level that the socket has; undefined for a level that is not its. */
function tableOf({ family, type }: Socket, level: number): Readonly<Record<number, OptionRow>> | undefined {
  if (level === SOL_SOCKET) return SOCKET_OPTIONS
  if (level === IPPROTO.ip && (family === FAMILY.ipv4 || family === FAMILY.ipv6)) return IP_OPTIONS
  if (level === IPPROTO.ipv6 && family === FAMILY.ipv6) return IPV6_OPTIONS
  if (level === IPPROTO.tcp && type === TYPE.stream && family !== FAMILY.unix) return TCP_OPTIONS
  return undefined
}

/** setsockopt(2) without its hooks: 0 or a negative errno. */
export function setOption(
  kernel: KernelCore,
  socket: Socket,
  level: number,
  option: number,
  value: Uint8Array,
): number {
  const table = tableOf(socket, level)
  if (!table) return socket.family === FAMILY.unix ? EOPNOTSUPP : ENOPROTOOPT
  if (table === TCP_OPTIONS && option === TCP_OPTION.congestion) return setCongestion(kernel, socket, value)
  const row = table[option]
  if (!row) return unknownOption(level, option)
  if (!row.set) return ENOPROTOOPT
  if (value.length < 4) return EINVAL
  const number = new DataView(value.buffer, value.byteOffset, value.length).getInt32(0, true)
  const result = row.set(socket, number, kernel)
  socket.showOptions()
  return result
}

/** getsockopt(2) without its hooks: at most `room` bytes, or a negative errno. */
export function getOption(
  kernel: KernelCore,
  socket: Socket,
  level: number,
  option: number,
  room: number,
): Uint8Array | number {
  const table = tableOf(socket, level)
  // IPv6 knows another word for a level that it has not.
  if (!table) return socket.family === FAMILY.ipv6 ? ENOPROTOOPT : EOPNOTSUPP
  if (table === TCP_OPTIONS && option === TCP_OPTION.congestion)
    return congestionName(socket).subarray(0, room)
  if (table === TCP_OPTIONS && option === TCP_OPTION.savedSyn) return takeSavedSyn(socket, room)
  const row = table[option]
  if (!row) return unknownOption(level, option)
  if (!row.get) return ENOPROTOOPT
  const value = row.get(socket, kernel)
  const bytes = new Uint8Array(typeof value === "bigint" ? 8 : 4)
  const view = new DataView(bytes.buffer)
  if (typeof value === "bigint") view.setBigUint64(0, value, true)
  else view.setInt32(0, value, true)
  return bytes.subarray(0, room)
}

/** Bytes of an algorithm's name with its NUL (TCP_CA_NAME_MAX). */
const CONGESTION_NAME = 16

function congestionName({ options }: Socket): Uint8Array {
  const bytes = new Uint8Array(CONGESTION_NAME)
  bytes.set(encodeUtf8(options.congestion))
  return bytes
}

function setCongestion(kernel: KernelCore, socket: Socket, value: Uint8Array): number {
  if (value.length < 1) return EINVAL
  const end = value.indexOf(0)
  const name = decodeUtf8(value.subarray(0, Math.min(end < 0 ? value.length : end, CONGESTION_NAME - 1)))
  return chooseCongestion(kernel, socket, name)
}

/** What asked for a connection, which is told once; nothing where it was not kept. */
function takeSavedSyn({ tcp }: Socket, room: number): Uint8Array | number {
  const bytes = savedSynBytes(tcp?.savedSyn)
  if (room < bytes.length) return EINVAL
  if (tcp) tcp.savedSyn = undefined
  return bytes
}

/** Numbers up to here are options of some kernel. */
const LAST_OPTION = 99

function unknownOption(level: number, option: number): number {
  if (option < 0 || option > LAST_OPTION) return ENOPROTOOPT
  throw new NotModelledError(
    `socket option ${option} of level ${level} is not modelled by the embedded kernel yet`,
  )
}
