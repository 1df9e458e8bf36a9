import { type Errno, UsageError } from "../../base/index.ts"
import { type DeviceAddress, type NetDevice, sameBytes } from "./device.ts"
import type { NetNamespace } from "./namespace.ts"
import { mostForXdp } from "./xdp/veth-mtu.ts"

const LOOPBACK_ADDRESSES: readonly DeviceAddress[] = [
  { address: Uint8Array.of(127, 0, 0, 1), prefix: 8 },
  { address: Uint8Array.of(...new Array<number>(15).fill(0), 1), prefix: 128 },
]

/** Gives a device an address, with the routes that Linux adds: to itself, and to the link. */
export function addAddress(device: NetDevice, added: DeviceAddress): Errno | undefined {
  const { address, prefix } = added
  if (device.addresses.some(other => sameBytes(other.address, address) && other.prefix === prefix))
    return "EEXIST"
  device.addresses.push(added)
  const { routes } = device.namespace
  // All of the loopback's network is this machine.
  const isLoopback = device.kind === "loopback"
  const whole = address.length * 8
  routes.add({ destination: address, prefix: isLoopback ? prefix : whole, kind: "local", device })
  if (!isLoopback && prefix < whole)
    routes.add({ destination: networkOf(added), prefix, kind: "unicast", device, source: address })
  return undefined
}

/** Takes an address away. With the last one of its family all of the device's routes go. */
export function removeAddress(device: NetDevice, { address, prefix }: DeviceAddress): Errno | undefined {
  const at = device.addresses.findIndex(other => sameBytes(other.address, address) && other.prefix === prefix)
  if (at < 0) return "EADDRNOTAVAIL"
  device.addresses.splice(at, 1)
  const { routes } = device.namespace
  const isLast = !device.addresses.some(other => other.address.length === address.length)
  routes.remove(
    route =>
      route.device === device &&
      route.destination.length === address.length &&
      (isLast ||
        (route.kind === "local" && sameBytes(route.destination, address)) ||
        (route.source !== undefined && sameBytes(route.source, address))),
  )
  return undefined
}

/** `ip link set … up|down`. What goes down loses the routes that somebody added; the loopback gets its addresses when it comes up. */
export function setUp(device: NetDevice, isUp: boolean): void {
  if (isUp && device.kind === "loopback")
    for (const address of LOOPBACK_ADDRESSES) addAddress(device, address)
  device.isUp = isUp
  if (!isUp)
    device.namespace.routes.remove(
      route => route.device === device && route.kind === "unicast" && !route.source,
    )
}

/** What an Ethernet device's packets have at least and at most (ETH_MIN_MTU, ETH_MAX_MTU). */
const [LEAST_MTU, MOST_MTU] = [68, 65535]

/** `ip link set … mtu`: why it is refused, in the kernel's words; undefined when it is set. */
export function setMtu(device: NetDevice, mtu: number): string | undefined {
  const isFree = device.kind === "loopback"
  // While the other end's driver runs a program, frames have to fit its buffers.
  const most = (device.kind === "veth" && device.peer && mostForXdp(device.peer)) || MOST_MTU
  if (mtu < (isFree ? 0 : LEAST_MTU)) return "mtu less than device minimum"
  if (mtu > (isFree ? 2 ** 31 - 1 : most)) return "mtu greater than device maximum"
  device.object.set("mtu", mtu)
  return undefined
}

/** Throws UsageError (EINVAL) for an MTU that no new device of a pair can have. */
export function requireMtu(name: string, mtu = LEAST_MTU): void {
  if (mtu >= LEAST_MTU && mtu <= MOST_MTU) return
  throw new UsageError(`${name}: an MTU of ${mtu} is not between ${LEAST_MTU} and ${MOST_MTU} (EINVAL)`, {
    errno: "EINVAL",
  })
}

/** Moves a device to another namespace: down, without addresses and routes, under its own number where that is free. */
export function moveDevice(device: NetDevice, to: NetNamespace): Errno | undefined {
  if (device.kind === "loopback") return "EINVAL"
  if (to.device(device.name)) return "EEXIST"
  const from = device.namespace
  if (from === to) return undefined
  device.isUp = false
  device.addresses.splice(0)
  from.routes.removeDevice(device)
  from.devices.delete(device.index)
  device.moveTo(to, to.devices.has(device.index) ? to.newIndex() : device.index)
  to.devices.set(device.index, device)
  return undefined
}

/** Makes two devices the ends of one pair. */
export function joinPair([first, second]: readonly [NetDevice, NetDevice]): void {
  first.peer = second
  second.peer = first
}

function networkOf({ address, prefix }: DeviceAddress): Uint8Array {
  return address.map((byte, index) => byte & (0xff00 >> Math.min(Math.max(prefix - index * 8, 0), 8)))
}
