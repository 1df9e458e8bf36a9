import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import type { NetDevice } from "./device.ts"
import { Reassembly } from "./fragments.ts"
import type { IpHeader } from "./headers.ts"
import { NamespacePrograms } from "./hooks/namespace-programs.ts"
import { Netfilter } from "./hooks/netfilter.ts"
import { RouteTable } from "./routes.ts"
import type { Skb } from "./skb.ts"

/** Who takes the packets of one protocol: they start at the transport's header now, and are freed afterwards if it does not keep them. */
export type Transport = (kernel: KernelCore, skb: Skb, ip: IpHeader) => void

/** A network namespace: devices, routes, and whatever is attached to it. */
export class NetNamespace {
  /** Undefined for the first one. */
  readonly name: string | undefined
  readonly cookie: bigint
  readonly devices = new Map<number, NetDevice>()
  readonly routes = new RouteTable()
  readonly netfilter = new Netfilter()
  readonly programs = new NamespacePrograms()
  /** struct net. */
  readonly object: KernelObject
  /** The sysctls net.ipv4.ip_forward and net.ipv6.conf.all.forwarding. */
  readonly forwards = { ipv4: [0], ipv6: [0] }
  /** The sysctl net.ipv4.tcp_syncookies: never (0), when a listening socket is asked too often (1), always (2). */
  readonly synCookies = [1]
  readonly reassembly = new Reassembly()
  /** IPv4's identification of the next packet. */
  nextId = 1
  #nextIndex = 1

  constructor(kernel: KernelCore, name: string | undefined, cookie: bigint, inode: number) {
    this.name = name
    this.cookie = cookie
    this.object = kernel.types.create("net", { "ns.inum": inode, net_cookie: cookie })
  }

  /** Where devices get their numbers from. */
  newIndex(): number {
    return this.#nextIndex++
  }

  device(name: string): NetDevice | undefined {
    return [...this.devices.values()].find(device => device.name === name)
  }
}
