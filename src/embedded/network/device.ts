import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import { OrderedPrograms } from "./hooks/ordered-programs.ts"
import { TrafficControl } from "./hooks/traffic-control.ts"
import type { NetNamespace } from "./namespace.ts"
import { Neighbours } from "./neighbours.ts"
import type { Skb } from "./skb.ts"
import { XdpPlaces } from "./xdp/places.ts"
import { refusedByVeth } from "./xdp/veth-mtu.ts"

export const LOOPBACK_INDEX = 1

/** An address of a device: 4 or 16 bytes, and how many of its bits name the network. */
export interface DeviceAddress {
  readonly address: Uint8Array
  readonly prefix: number
  /** Somebody told its network's broadcast address as well. */
  readonly hasBroadcast?: boolean
}

export interface DeviceOptions {
  readonly name: string
  readonly index: number
  readonly kind: "loopback" | "veth" | "netkit" | "ethernet"
  readonly mac: Uint8Array
  readonly namespace: NetNamespace
}

const MTU = { loopback: 65536, veth: 1500, netkit: 1500, ethernet: 1500 } as const
const [IFF_UP, IFF_BROADCAST, IFF_LOOPBACK, IFF_RUNNING, IFF_NOARP, IFF_MULTICAST] = [
  0x1, 0x2, 0x8, 0x40, 0x80, 0x1000,
]
const FLAGS = {
  loopback: IFF_LOOPBACK,
  veth: IFF_BROADCAST | IFF_MULTICAST,
  netkit: IFF_BROADCAST | IFF_MULTICAST | IFF_NOARP,
  ethernet: IFF_BROADCAST | IFF_MULTICAST,
} as const
const [ARPHRD_ETHER, ARPHRD_LOOPBACK] = [1, 772]

/** A network device: how frames leave it is its own, how they come in is all devices' (`receivePacket`). */
export class NetDevice {
  readonly name: string
  #index: number
  readonly kind: DeviceOptions["kind"]
  readonly mac: Uint8Array
  #namespace: NetNamespace
  readonly addresses: DeviceAddress[] = []
  readonly xdp = new XdpPlaces(attachment => refusedByVeth(this, attachment))
  /** The stations that are known on its link. */
  readonly neighbours = new Neighbours()
  readonly trafficControl = { ingress: new TrafficControl(), egress: new TrafficControl() }
  /** struct net_device. */
  readonly object: KernelObject
  /** Of a netkit device: what runs on packets that it sends, at its other end already; and whether it is the pair's first end. */
  readonly netkit = new OrderedPrograms()
  isPrimary = false
  /** The other end of a pair. */
  peer: NetDevice | undefined
  /** Of an Ethernet device: what is at the other end of its cable. */
  cable: Cable | undefined
  /** False where nobody is asked for link-layer addresses (IFF_NOARP): frames go to the device's own. */
  hasNeighbours = true
  /** Its driver polls without a program too, as veth does where GRO is on (ethtool -K gro on): frames of XDP can come in. */
  polls = false
  /** There is a clsact qdisc: filters can be put in. */
  hasClsact = false
  /** It has been up: from then on there is a queue for what leaves. */
  hasQueue = false
  #isUp = false

  constructor(kernel: KernelCore, { name, index, kind, mac, namespace }: DeviceOptions) {
    this.name = name
    this.#index = index
    this.kind = kind
    this.mac = mac
    this.#namespace = namespace
    this.object = kernel.types.create("net_device", {
      name,
      ifindex: index,
      mtu: MTU[kind],
      type: kind === "loopback" ? ARPHRD_LOOPBACK : ARPHRD_ETHER,
      addr_len: 6,
      "nd_net.net": namespace.object,
    })
  }

  /** Its driver runs programs of XDP by itself. */
  get hasXdp(): boolean {
    return this.kind === "veth" || this.kind === "ethernet"
  }

  get index(): number {
    return this.#index
  }

  get namespace(): NetNamespace {
    return this.#namespace
  }

  /** The list of devices is the caller's. */
  moveTo(namespace: NetNamespace, index: number): void {
    this.#namespace = namespace
    this.#index = index
    this.object.set("nd_net.net", namespace.object).set("ifindex", index)
  }

  get mtu(): number {
    return this.object.number("mtu")
  }

  get isUp(): boolean {
    return this.#isUp
  }

  set isUp(isUp: boolean) {
    this.#isUp = isUp
    this.hasQueue ||= isUp
    if (!isUp) this.neighbours.clear()
    const kind = FLAGS[this.kind]
    this.object.set("flags", kind | (isUp ? IFF_UP | IFF_RUNNING : 0))
  }

  /** False once it was removed. */
  get isThere(): boolean {
    return this.namespace.devices.get(this.index) === this
  }

  /** Its own address for talking to one of this family. */
  addressFor(destination: Uint8Array): Uint8Array | undefined {
    return this.addresses.find(({ address }) => address.length === destination.length)?.address
  }

  /**
   * Where a frame on this device goes for an address on its link; undefined where nobody answers for that. Who answers is known at
   * once, without frames of ARP or of neighbour discovery; both sides know each other from then on.
   */
  neighbour(address: Uint8Array): Uint8Array | undefined {
    const known = this.neighbours.find(address)
    if (known) return known.mac
    if (this.kind === "loopback" || !this.hasNeighbours)
      return this.neighbours.put({ address, mac: this.mac, state: "noarp" }).mac
    if (this.cable)
      return this.neighbours.put({ address, mac: this.cable.station(address), state: "reachable" }).mac
    const { peer } = this
    if (!peer?.isUp || !peer.answersFor(address)) return undefined
    const own = this.addressFor(address)
    if (own && !peer.neighbours.find(own))
      peer.neighbours.put({ address: own, mac: this.mac, state: "stale" })
    return this.neighbours.put({ address, mac: peer.mac, state: "reachable" }).mac
  }

  /** Who asks on its link for an address is answered: for all of this machine's with IPv4, for its own with IPv6. */
  answersFor(address: Uint8Array): boolean {
    if (address.length === 4) return this.namespace.routes.find(address, "local") !== undefined
    return this.addresses.some(own => sameBytes(own.address, address))
  }

  free(): void {
    this.object.free()
  }
}

/** What an Ethernet device is plugged into: stations outside of this machine. */
export interface Cable {
  /** A frame has left the machine. The answers come in right away. */
  answer(frame: Uint8Array): readonly Uint8Array[]
  /** The link-layer address of the station that has an address, or leads to it. */
  station(address: Uint8Array): Uint8Array
}

export const BROADCAST = Uint8Array.of(255, 255, 255, 255, 255, 255)

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

/** What happens to a frame that has left its device: it frees it, or gives it on. */
export type FrameSink = (kernel: KernelCore, skb: Skb, device: NetDevice) => void
