import { UsageError } from "../../base/index.ts"
import {
  addressBytes,
  noNetkit,
  type PairEnd,
  type PairOptions,
  parseInterfaceAddress,
  parseMac,
  parseNetwork,
  type RouteOptions,
} from "../../kernel/index.ts"
import type { KernelCore } from "../core.ts"
import type { SkbContext } from "../packets/index.ts"
import { addAddress, joinPair, requireMtu, setMtu } from "./configure.ts"
import { type Cable, type DeviceOptions, NetDevice } from "./device.ts"
import { farHost } from "./far-host.ts"
import { PROTOCOL } from "./headers.ts"
import { flowHash } from "./hooks/flow-dissector.ts"
import type { Redirect } from "./hooks/redirect.ts"
import { type ErrorHandler, ICMP } from "./icmp/index.ts"
import { NetNamespace, type Transport } from "./namespace.ts"
import { receivePacket } from "./receive.ts"
import { SegmentRoutingState } from "./segment-routing/index.ts"
import type { Skb } from "./skb.ts"
import { Taps } from "./taps.ts"

/** Inode numbers of network namespaces: the first one's, and those that come. */
const FIRST_INODE = 0xf000_0000 - 168
/** Locally administered, so no maker's. */
const MAC_PREFIX = [0x02, 0x00, 0x00, 0x00] as const

/** XMIT_RECURSION_LIMIT */
const MOST_TUNNELS = 8

/** Who takes a packet that has come in; it frees it, or gives it on. */
export type Receiver = (kernel: KernelCore, skb: Skb) => unknown

/** All network namespaces, and the packets that wait. */
export class Network {
  readonly initial: NetNamespace
  /** By protocol number. */
  readonly transports = new Map<number, Transport>([
    [PROTOCOL.icmp, ICMP],
    [PROTOCOL.icmp6, ICMP],
  ])
  /** What they do with errors about packets of theirs. */
  readonly errorHandlers = new Map<number, ErrorHandler>()
  readonly taps = new Taps()
  readonly #kernel: KernelCore
  readonly #named = new Map<string, NetNamespace>()
  readonly #backlog: { readonly skb: Skb; readonly receive: Receiver }[] = []
  readonly #echoes = new Set<number>()
  #depth = 0
  #isDraining = false
  #tunnels = 0
  #namespaces = 0
  #macs = 0

  constructor(kernel: KernelCore) {
    this.#kernel = kernel
    this.initial = this.#makeNamespace(undefined)
  }

  /** A named namespace, made when it is not there. */
  namespace(name: string): NetNamespace {
    const known = this.#named.get(name)
    if (known) return known
    const made = this.#makeNamespace(name)
    this.#named.set(name, made)
    return made
  }

  named(name: string): NetNamespace | undefined {
    return this.#named.get(name)
  }

  namespaces(): readonly NetNamespace[] {
    return [this.initial, ...this.#named.values()]
  }

  /** The hash of the flow that a packet is of; a test run's packet is of the first namespace. */
  flowHash(skb: SkbContext, contextAddress: number): number {
    const namespace = this.#packets.get(contextAddress)?.device.namespace ?? this.initial
    const [everywhere] = this.initial.programs.on("flow_dissector")
    const [here] = namespace.programs.on("flow_dissector")
    return flowHash(this.#kernel, skb, contextAddress, everywhere ?? here)
  }

  /** Takes a named namespace away, with its devices; what is at the other end of a pair goes too. */
  removeNamespace(namespace: NetNamespace): void {
    for (const device of [...namespace.devices.values()]) this.removeDevice(device)
    if (namespace.name !== undefined) this.#named.delete(namespace.name)
  }

  /** Throws UsageError (ENOENT). */
  existing(name: string): NetNamespace {
    const known = this.#named.get(name)
    if (known) return known
    throw new UsageError(`there is no network namespace '${name}' (ENOENT)`, { errno: "ENOENT" })
  }

  /** Where the task on the CPU is. */
  get current(): NetNamespace {
    return this.#kernel.current.netns ?? this.initial
  }

  loopback({ devices }: NetNamespace): NetDevice {
    const [first] = devices.values()
    if (!first) throw new Error("BUG: a namespace without a loopback device")
    return first
  }

  /** Two devices, up, with addresses; the answer takes them away. Throws UsageError. */
  makePair(one: PairEnd, other: PairEnd, { type: kind = "veth" }: PairOptions = {}): () => void {
    const isNetkit = kind === "netkit"
    if (isNetkit && !this.hasNetkit) throw noNetkit()
    for (const { name, mtu } of [one, other]) requireMtu(name, mtu)
    const ends = [one, other].map(end => {
      const namespace = end.namespace === undefined ? this.current : this.namespace(end.namespace)
      const device = this.#makeFreeDevice(namespace, { name: end.name, kind, mac: this.#macOf(end, kind) })
      device.hasNeighbours = !isNetkit
      if (end.mtu !== undefined) setMtu(device, end.mtu)
      for (const text of end.addresses) addAddress(device, parseInterfaceAddress(text))
      return device
    }) as [NetDevice, NetDevice]
    joinPair(ends)
    ends[0].isPrimary = isNetkit
    for (const device of ends) device.isUp = true
    return () => {
      for (const device of ends) this.removeDevice(device)
    }
  }

  get hasNetkit(): boolean {
    return this.#kernel.since("6.7") && this.#kernel.profile.config("CONFIG_NETKIT") === "y"
  }

  /** A pair of netkit devices, down; the first is the one that programs are attached by. Throws UsageError (EEXIST). */
  makeNetkit(namespace: NetNamespace, name: string, other: string): void {
    // The kernel makes the other end first: its number is the lower one.
    const [second, first] = [other, name].map(each => {
      const device = this.#makeFreeDevice(namespace, { name: each, kind: "netkit", mac: new Uint8Array(6) })
      device.hasNeighbours = false
      return device
    }) as [NetDevice, NetDevice]
    first.isPrimary = true
    joinPair([first, second])
  }

  /** A veth device without an other end yet, down. Throws UsageError (EEXIST). */
  makeVeth(namespace: NetNamespace, name: string): NetDevice {
    return this.#makeFreeDevice(namespace, { name, kind: "veth", mac: this.newMac() })
  }

  farHost(mac: Uint8Array, addresses: readonly string[]): Cable {
    return farHost(mac, addresses)
  }

  /** An Ethernet device in the namespace that acts, up, with addresses; the answer takes it away. */
  makeEthernet({ name, addresses }: Pick<PairEnd, "name" | "addresses">, cable: Cable): () => void {
    const device = this.#makeDevice(this.current, { name, kind: "ethernet", mac: this.newMac() })
    for (const text of addresses) addAddress(device, { ...parseInterfaceAddress(text), hasBroadcast: true })
    device.cable = cable
    device.isUp = true
    return () => this.removeDevice(device)
  }

  /** Adds a route to the namespace of the task on the CPU. Throws UsageError. */
  addRoute({ to, interface: name, via, segments }: RouteOptions): void {
    const { current } = this
    const device = this.deviceNamed(name)
    const { address: destination, prefix } = parseNetwork(to)
    current.routes.add({
      ...{ destination, prefix, kind: "unicast", device },
      ...(via !== undefined && { gateway: addressBytes(via) }),
      ...(segments && { segments: segments.map(addressBytes) }),
    })
  }

  /** In the namespace of the task on the CPU. Throws UsageError (ENODEV). */
  deviceNamed(name: string): NetDevice {
    const device = this.current.device(name)
    if (device) return device
    throw new UsageError(`there is no device '${name}' (ENODEV)`, { errno: "ENODEV" })
  }

  /** Every packet there is, by where its context stands. */
  readonly #packets = new Map<number, Skb>()

  skbAt(context: number): Skb | undefined {
    return this.#packets.get(context)
  }

  /** The packet whose struct sk_buff stands at an address. */
  skbOf(object: number): Skb | undefined {
    return [...this.#packets.values()].find(skb => skb.isObject(object))
  }

  register(skb: Skb): void {
    this.#packets.set(skb.contextAddress, skb)
  }

  unregister(skb: Skb): void {
    this.#packets.delete(skb.contextAddress)
  }

  /** Where the program that runs now wants its packet; the next redirect is for this one. */
  redirect: Redirect | undefined

  takeRedirect(): Redirect | undefined {
    const { redirect } = this
    this.redirect = undefined
    return redirect
  }

  /** Where the frame is that a program of XDP has now. */
  xdpDevice: NetDevice | undefined

  /** Of the packet that a program of End.BPF has now: its routing header. */
  readonly segmentRouting = new SegmentRoutingState()

  /** A packet that has come in: `receive` takes it when this processor is done with what it does (softirq). */
  enqueue(skb: Skb, receive: Receiver = receivePacket): void {
    this.#backlog.push({ skb, receive })
  }

  /** Does something with packets; what comes in meanwhile is received at its end. */
  inBottomHalf<T>(action: () => T): T {
    this.#depth += 1
    try {
      return action()
    } finally {
      this.#depth -= 1
      if (this.#depth === 0) this.#drain()
    }
  }

  /** Goes one tunnel deeper; undefined, without doing it, where tunnels lead into each other without an end. */
  nested<T>(action: () => T): T | undefined {
    if (this.#tunnels > MOST_TUNNELS) return undefined
    this.#tunnels += 1
    try {
      return action()
    } finally {
      this.#tunnels -= 1
    }
  }

  /** Whether an answer with this id comes while the request is sent. */
  awaitsEcho(id: number, send: () => void): boolean {
    this.#echoes.add(id)
    send()
    return !this.#echoes.delete(id)
  }

  onEchoReply(id: number): void {
    this.#echoes.delete(id)
  }

  #drain(): void {
    if (this.#isDraining) return
    this.#isDraining = true
    try {
      for (let next = this.#backlog.shift(); next; next = this.#backlog.shift())
        next.receive(this.#kernel, next.skb)
    } finally {
      this.#isDraining = false
    }
  }

  #makeNamespace(name: string | undefined): NetNamespace {
    const number = this.#namespaces++
    const namespace = new NetNamespace(this.#kernel, name, BigInt(number + 1), FIRST_INODE + number)
    const loopback = this.#makeDevice(namespace, { name: "lo", kind: "loopback", mac: new Uint8Array(6) })
    for (const address of ["127.0.0.1/8", "::1/128"]) addAddress(loopback, parseInterfaceAddress(address))
    loopback.isUp = true
    return namespace
  }

  #makeFreeDevice(namespace: NetNamespace, options: Pick<DeviceOptions, "name" | "kind" | "mac">): NetDevice {
    if (!namespace.device(options.name)) return this.#makeDevice(namespace, options)
    throw new UsageError(`there is a device '${options.name}' already (EEXIST)`, { errno: "EEXIST" })
  }

  #makeDevice(namespace: NetNamespace, options: Pick<DeviceOptions, "name" | "kind" | "mac">): NetDevice {
    const device = new NetDevice(this.#kernel, { ...options, namespace, index: namespace.newIndex() })
    namespace.devices.set(device.index, device)
    return device
  }

  removeDevice(device: NetDevice): void {
    const { namespace } = device
    if (!device.isThere) return
    namespace.devices.delete(device.index)
    namespace.routes.removeDevice(device)
    device.isUp = false
    device.free()
    this.#kernel.objects.collect()
  }

  #macOf({ mac }: PairEnd, kind: DeviceOptions["kind"]): Uint8Array {
    if (mac !== undefined) return parseMac(mac)
    return kind === "netkit" ? new Uint8Array(6) : this.newMac()
  }

  newMac(): Uint8Array {
    const number = ++this.#macs
    return Uint8Array.of(...MAC_PREFIX, number >> 8, number & 0xff)
  }
}
