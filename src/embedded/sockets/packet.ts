import { errnoNumber, NotModelledError } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import { type NetDevice, Skb, type Tap, transmitPacket } from "../network/index.ts"
import { FAMILY, TYPE } from "./constants.ts"
import { familyOf } from "./sockaddr.ts"
import type { Socket } from "./socket.ts"

const errno = (name: Parameters<typeof errnoNumber>[0]): number => -errnoNumber(name)
/** Bytes of `struct sockaddr_ll`, and what bind takes at least. */
const SOCKADDR_LL = 20
const LEAST_SOCKADDR = 12
const ETHERNET_HEADER = 14
const [ARPHRD_ETHER, ARPHRD_LOOPBACK] = [1, 772]

/** What a packet socket listens to. */
interface Listening {
  protocol: number
  device: NetDevice | undefined
  stop: () => void
}

const listening = new WeakMap<Socket, Listening>()

/** A packet socket listens from its first moment when it is made for a protocol: an Ethernet type in network byte order. */
export function openPacket(kernel: KernelCore, socket: Socket, wire: number): void {
  listen(kernel, socket, swap(wire), undefined)
}

function listen(kernel: KernelCore, socket: Socket, protocol: number, device: NetDevice | undefined): void {
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
    receive: frame => {
      const from = encodeLinkAddress(frame.device, frame.protocol, frame.packetType, frame.sender)
      socket.arrivals.push({ bytes: frame.bytes, from })
    },
  }
  const stop = protocol === 0 ? () => undefined : kernel.network.taps.add(tap)
  listening.set(socket, { protocol, device, stop })
}

/** bind(2): to one device by its index, 0 for all, and to a protocol unless that is 0. */
export function bindPacket(kernel: KernelCore, socket: Socket, address: Uint8Array): number {
  if (address.length < LEAST_SOCKADDR || familyOf(address) !== FAMILY.packet) return errno("EINVAL")
  const { protocol, index } = decodeLinkAddress(address)
  const device = index === 0 ? undefined : socket.netns.devices.get(index)
  if (index !== 0 && !device) return errno("ENODEV")
  listen(kernel, socket, protocol || (listening.get(socket)?.protocol ?? 0), device)
  return 0
}

/** Sends a frame, link-layer header and all, on the device that the address or bind names. */
export function sendPacket(
  kernel: KernelCore,
  socket: Socket,
  bytes: Uint8Array,
  to: Uint8Array | undefined,
): number {
  if (socket.type !== TYPE.raw)
    throw new NotModelledError(
      "sending on packet sockets without link-layer headers is not modelled by the embedded kernel yet",
    )
  if (to && to.length < LEAST_SOCKADDR) return errno("EINVAL")
  const index = to ? decodeLinkAddress(to).index : 0
  const device = to ? socket.netns.devices.get(index) : listening.get(socket)?.device
  if (!device) return errno("ENXIO")
  if (!device.isUp) return errno("ENETDOWN")
  if (bytes.length < ETHERNET_HEADER) return errno("EINVAL")
  if (bytes.length > device.mtu + ETHERNET_HEADER) return errno("EMSGSIZE")
  const skb = new Skb(kernel, device, bytes, ETHERNET_HEADER)
  skb.protocol = ((bytes[12] ?? 0) << 8) | (bytes[13] ?? 0)
  skb.owner = socket
  skb.mark = socket.options.mark
  const sent = transmitPacket(kernel, skb)
  return sent < 0 ? sent : bytes.length
}

/** getsockname(2). */
export function packetName(socket: Socket): Uint8Array {
  const { protocol = 0, device } = listening.get(socket) ?? {}
  return encodeLinkAddress(device, protocol, 0, device?.mac ?? new Uint8Array(0))
}

export function closePacket(kernel: KernelCore, socket: Socket): void {
  listening.get(socket)?.stop()
  listening.delete(socket)
  kernel.sockets.remove(socket)
}

function encodeLinkAddress(
  device: NetDevice | undefined,
  protocol: number,
  packetType: number,
  station: Uint8Array,
): Uint8Array {
  const bytes = new Uint8Array(SOCKADDR_LL)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, FAMILY.packet, true)
  view.setUint16(2, protocol)
  view.setInt32(4, device?.index ?? 0, true)
  view.setUint16(8, device?.kind === "loopback" ? ARPHRD_LOOPBACK : ARPHRD_ETHER, true)
  bytes.set([packetType, station.length], 10)
  bytes.set(station, 12)
  return bytes
}

function decodeLinkAddress(bytes: Uint8Array): { readonly protocol: number; readonly index: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return { protocol: view.getUint16(2), index: view.getInt32(4, true) }
}

function swap(value: number): number {
  return ((value & 0xff) << 8) | ((value >> 8) & 0xff)
}
