import { errnoNumber, NotModelledError } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import {
  ETHERNET_HEADER,
  type NetDevice,
  Skb,
  type Tap,
  type TappedFrame,
  transmitPacket,
} from "../network/index.ts"
import { FAMILY, TYPE } from "./constants.ts"
import { familyOf } from "./sockaddr.ts"
import type { Socket } from "./socket.ts"

const [EINVAL, ENODEV, ENXIO, EMSGSIZE] = [
  -errnoNumber("EINVAL"),
  -errnoNumber("ENODEV"),
  -errnoNumber("ENXIO"),
  -errnoNumber("EMSGSIZE"),
]
/** `struct sockaddr_ll` without the bytes behind an Ethernet address. */
const LEAST_SOCKADDR = 12
const SOCKADDR = 20
const ETHERNET_ADDRESS = 6

/** Where a packet socket listens. */
interface Listening {
  readonly device: NetDevice | undefined
  /** Ethernet type; 0 for nothing. */
  readonly protocol: number
  readonly stop: () => void
}

const listening = new WeakMap<Socket, Listening>()

/** Begins to listen, or listens elsewhere: on all devices of its namespace, or on one. */
export function listenToPackets(
  kernel: KernelCore,
  socket: Socket,
  protocol: number,
  device?: NetDevice,
): void {
  listening.get(socket)?.stop()
  const tap: Tap = {
    namespace: socket.netns,
    device,
    protocol,
    withHeader: socket.type === TYPE.raw,
    owner: socket,
    get filter() {
      return socket.filter
    },
    receive(frame) {
      const from = addressOf(frame)
      socket.arrivals.push({ bytes: frame.bytes, from })
    },
  }
  const stop = protocol === 0 ? () => undefined : kernel.network.taps.add(tap)
  listening.set(socket, { device, protocol, stop })
}

export function stopListening(socket: Socket): void {
  listening.get(socket)?.stop()
  listening.delete(socket)
}

/** bind(2): to a device, 0 for all, and to a protocol if it is not 0. */
export function bindPacket(kernel: KernelCore, socket: Socket, given: Uint8Array): number {
  if (given.length < SOCKADDR || familyOf(given) !== FAMILY.packet) return EINVAL
  const { index, protocol } = read(given)
  const device = socket.netns.devices.get(index)
  if (index !== 0 && !device) return ENODEV
  listenToPackets(kernel, socket, protocol || (listening.get(socket)?.protocol ?? 0), device)
  return 0
}

/** sendto(2) of a frame with its link-layer header, out of the device that it is bound to, or that the address names. */
export function sendFrame(
  kernel: KernelCore,
  socket: Socket,
  bytes: Uint8Array,
  to: Uint8Array | undefined,
): number {
  if (socket.type !== TYPE.raw)
    throw new NotModelledError(
      "packets without a link-layer header cannot be sent by a packet socket of the embedded kernel yet",
    )
  if (to && to.length < LEAST_SOCKADDR) return EINVAL
  const device = to ? socket.netns.devices.get(read(to).index) : listening.get(socket)?.device
  if (!device) return ENXIO
  if (bytes.length < ETHERNET_HEADER) return EINVAL
  if (bytes.length > device.mtu + ETHERNET_HEADER) return EMSGSIZE
  const skb = new Skb(kernel, device, bytes, ETHERNET_HEADER)
  skb.owner = socket
  skb.protocol = ((bytes[12] ?? 0) << 8) | (bytes[13] ?? 0)
  transmitPacket(kernel, skb)
  return bytes.length
}

/** getsockname(2). */
export function packetName(socket: Socket): Uint8Array {
  const { device, protocol = 0 } = listening.get(socket) ?? {}
  return encode({ index: device?.index ?? 0, protocol, mac: device?.mac })
}

function addressOf({ device, protocol, packetType, sender }: TappedFrame): Uint8Array {
  return encode({ index: device.index, protocol, packetType, mac: sender })
}

/** `struct sockaddr_ll`. */
function encode({
  index,
  protocol,
  packetType = 0,
  mac,
}: {
  readonly index: number
  readonly protocol: number
  readonly packetType?: number
  readonly mac: Uint8Array | undefined
}): Uint8Array {
  const bytes = new Uint8Array(SOCKADDR)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, FAMILY.packet, true)
  view.setUint16(2, protocol)
  view.setInt32(4, index, true)
  view.setUint16(8, mac ? ARPHRD_ETHER : 0, true)
  bytes[10] = packetType
  bytes[11] = mac ? ETHERNET_ADDRESS : 0
  if (mac) bytes.set(mac, 12)
  return bytes
}

const ARPHRD_ETHER = 1

function read(bytes: Uint8Array): { readonly index: number; readonly protocol: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return { index: view.getInt32(4, true), protocol: view.getUint16(2) }
}
