import type { NetDevice, NetNamespace } from "../../../../embedded/index.ts"
import { programLine } from "../../../objects/program-line.ts"
import type { IpOptions } from "./options.ts"

/** The line that `ip link` and `ip addr` begin with; `isLink`: with what only `ip link` tells. */
export function deviceLine(device: NetDevice, isLink: boolean, withNamespace: boolean): string {
  const { index, mtu, xdp } = device
  const hooked = xdp.native ? "xdp " : xdp.generic ? "xdpgeneric " : ""
  const mode = isLink ? "mode DEFAULT " : ""
  const end = withNamespace ? linkNamespace(device) : ""
  return `${index}: ${nameOf(device)}: <${flagsOf(device).join(",")}> mtu ${mtu} ${hooked}qdisc ${queueOf(device)} state ${stateOf(device)} ${mode}group default qlen 1000${end}\n`
}

/** "link/ether 02:… brd ff:…". */
export function addressLine(device: NetDevice, { isDetailed }: IpOptions): string {
  const [kind, broadcast] =
    device.kind === "loopback" ? ["loopback", "00:00:00:00:00:00"] : ["ether", "ff:ff:ff:ff:ff:ff"]
  const [least, most] = device.kind === "loopback" ? [0, 0] : [68, 65535]
  const details = isDetailed ? ` promiscuity 0  allmulti 0 minmtu ${least} maxmtu ${most} ` : ""
  return `    link/${kind} ${macText(device.mac)} brd ${broadcast}${linkNamespace(device)}${details}`
}

/** What `-d` tells besides. */
export function detailLine(device: NetDevice): string {
  const kind = device.kind === "veth" ? "\n    veth " : ""
  const queues = device.kind === "veth" ? 2 : 1
  return `${kind}addrgenmode eui64 numtxqueues ${queues} numrxqueues ${queues} gso_max_size 65536 gso_max_segs 65535 tso_max_size 524280 tso_max_segs 65535 gro_max_size 65536 `
}

export function programLines({ xdp }: NetDevice, { isDetailed }: IpOptions): string {
  const attachment = xdp.native ?? xdp.generic
  return attachment ? `    prog/xdp ${programLine(attachment.program, isDetailed)}\n` : ""
}

export function briefLine(device: NetDevice, rest: string): string {
  return `${nameOf(device).padEnd(16)} ${stateOf(device).padEnd(14)} ${rest}\n`
}

/** "v0@v1"; of an end in another namespace only the number is known. */
function nameOf({ name, peer, namespace }: NetDevice): string {
  if (!peer) return name
  return peer.namespace === namespace ? `${name}@${peer.name}` : `${name}@if${peer.index}`
}

export function flagsOf(device: NetDevice): string[] {
  const { kind, isUp, peer, namespace, hasNeighbours } = device
  const isBelowDown = peer !== undefined && !peer.isUp
  return [
    ...(isUp && isBelowDown ? ["NO-CARRIER"] : []),
    ...(kind === "loopback" ? ["LOOPBACK"] : ["BROADCAST", "MULTICAST", ...(hasNeighbours ? [] : ["NOARP"])]),
    ...(isUp ? ["UP"] : []),
    ...(isUp && !isBelowDown ? ["LOWER_UP"] : []),
    ...(isBelowDown && peer?.namespace === namespace ? ["M-DOWN"] : []),
  ]
}

export function stateOf({ kind, isUp, peer }: NetDevice): string {
  if (!isUp) return "DOWN"
  if (kind === "loopback") return "UNKNOWN"
  return peer?.isUp === false ? "LOWERLAYERDOWN" : "UP"
}

/** The queueing discipline at the device's root. */
export function queueOf({ kind, hasQueue }: NetDevice): string {
  if (!hasQueue) return "noop"
  return kind === "ethernet" ? "fq_codel" : "noqueue"
}

/** Where the other end is, by the name that this namespace knows. */
function linkNamespace({ peer, namespace }: NetDevice): string {
  if (!peer || peer.namespace === namespace) return ""
  const name: NetNamespace["name"] = peer.namespace.name
  return name === undefined ? " link-netnsid 0" : ` link-netns ${name}`
}

export function macText(mac: Uint8Array): string {
  return [...mac].map(byte => byte.toString(16).padStart(2, "0")).join(":")
}
