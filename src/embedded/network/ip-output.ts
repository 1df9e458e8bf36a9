import { errnoNumber } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import { kernelFunction, type Register } from "../tracing/kernel-function.ts"
import { pushEthernet } from "./ethernet.ts"
import { fragmentsOf } from "./fragments.ts"
import { buildIp, DEFAULT_TTL, DONT_FRAGMENT, destinationAt, ETH_P_IP, ETH_P_IPV6 } from "./headers.ts"
import { redirectFromTunnel } from "./hooks/redirect.ts"
import { runTunnel } from "./hooks/tunnels.ts"
import { sendIcmpError } from "./icmp/send-error.ts"
import type { NetNamespace } from "./namespace.ts"
import { ROUTE_ERRORS } from "./routes.ts"
import { encapsulate } from "./segment-routing/index.ts"
import { type PacketOwner, Skb } from "./skb.ts"
import { transmitPacket } from "./transmit.ts"

/** What this machine itself has to send. */
export interface IpMessage {
  readonly namespace: NetNamespace
  /** Chosen by the route when left out. */
  readonly source?: Uint8Array | undefined
  readonly destination: Uint8Array
  readonly protocol: number
  /** The transport's header and what is behind; `source` is needed before for those with a checksum over it (`sourceFor`). */
  readonly payload: Uint8Array
  readonly owner?: PacketOwner | undefined
  readonly mark?: number
  readonly priority?: number
  readonly tos?: number
  readonly ttl?: number
  /**
   * It may be cut (no DF): here and by routers, always or when it is too long for the device here already. Else who cannot pass it
   * on tells so.
   */
  readonly mayFragment?: boolean | "when too long"
}

const [ENETUNREACH, EPERM] = [-errnoNumber("ENETUNREACH"), -errnoNumber("EPERM")]
const [EINVAL, ENETDOWN, EMSGSIZE] = [
  -errnoNumber("EINVAL"),
  -errnoNumber("ENETDOWN"),
  -errnoNumber("EMSGSIZE"),
]

const LOOPBACK_MTU = 65536

/** The address that packets to a destination have as theirs; undefined where no route leads. */
export function sourceFor({ routes }: NetNamespace, destination: Uint8Array): Uint8Array | undefined {
  const route = routes.find(destination)
  if (!route || route.kind in ROUTE_ERRORS) return undefined
  return route.kind === "local" ? destination : route.device.addressFor(destination)
}

/** The bytes that a packet to a destination has at most. */
export function mtuTo({ routes }: NetNamespace, destination: Uint8Array): number {
  const route = routes.find(destination)
  return route?.kind === "unicast" ? route.device.mtu : LOOPBACK_MTU
}

/** Why nothing is sent to a destination: a negative errno. */
export function whyUnreachable({ routes }: NetNamespace, destination: Uint8Array): number {
  const route = routes.find(destination)
  const refusal = route && ROUTE_ERRORS[route.kind]
  return refusal ? -errnoNumber(refusal) : ENETUNREACH
}

/** Sends a packet: 0, or a negative errno. */
export function sendIp(kernel: KernelCore, message: IpMessage): number {
  const skb = makeIp(kernel, message)
  return typeof skb === "number" ? skb : sendLocal(kernel, skb)
}

/** A packet that is to be sent, from its network header on; or a negative errno. */
export function makeIp(kernel: KernelCore, message: IpMessage): Skb | number {
  const { namespace, destination, protocol, payload, owner, ttl = DEFAULT_TTL, tos = 0 } = message
  const source = message.source ?? sourceFor(namespace, destination)
  const route = namespace.routes.find(destination)
  if (!source || !route || route.kind in ROUTE_ERRORS) return whyUnreachable(namespace, destination)
  const device = route.kind === "local" ? kernel.network.loopback(namespace) : route.device
  const isTooLong = payload.length + (source.length === 4 ? 20 : 40) > device.mtu
  const mayFragment = message.mayFragment === true || (message.mayFragment !== undefined && isTooLong)
  const header = { source, destination, protocol, ttl, tos, mayFragment }
  const bytes = buildIp(header, payload, namespace.nextId++)
  const skb = new Skb(kernel, device, bytes, 0)
  skb.route = route
  skb.protocol = destination.length === 4 ? ETH_P_IP : ETH_P_IPV6
  skb.owner = owner
  skb.mark = message.mark ?? 0
  skb.context.set("priority", message.priority ?? 0)
  skb.transport = skb.context.data + bytes.length - payload.length
  return skb
}

/** Sends a packet of this machine, which starts at its network header. Frees it. */
export function sendLocal(kernel: KernelCore, skb: Skb): number {
  const send = skb.protocol === ETH_P_IP ? ipLocalOut : ip6LocalOut
  return send(kernel, skb.device.namespace.object, skb.owner?.object ?? 0, skb)
}

const ipLocalOut = kernelFunction("ip_local_out", localOut)
const ip6LocalOut = kernelFunction("ip6_local_out", localOut)

function localOut(kernel: KernelCore, _net: KernelObject, _sock: Register, skb: Skb): number {
  return leave(kernel, skb)
}

/** Goes on where netfilter lets it. */
const GO_ON = 1

const ipLocalOutHook = kernelFunction("__ip_local_out", askToLeave)
const ip6LocalOutHook = kernelFunction("__ip6_local_out", askToLeave)

function askToLeave(kernel: KernelCore, _net: KernelObject, _sock: Register, skb: Skb): number {
  const { device } = skb
  if (device.namespace.netfilter.accepts(kernel, skb, "output", { output: device })) return GO_ON
  skb.free()
  return EPERM
}

/** Sends a packet of this machine past no function of its own, as TCP does with its answers. Frees it. */
export function leave(kernel: KernelCore, skb: Skb): number {
  const ask = skb.protocol === ETH_P_IP ? ipLocalOutHook : ip6LocalOutHook
  const answer = ask(kernel, skb.device.namespace.object, skb.owner?.object ?? 0, skb)
  return answer === GO_ON ? outputIp(kernel, skb) : answer
}

/** Looks up a way by the destination that a packet has now, and sends it there. Frees it. */
function routeOutput(kernel: KernelCore, skb: Skb): number {
  const { namespace } = skb.device
  const destination = destinationAt(kernel.memory.bytes, skb.context.data)
  skb.route = namespace.routes.find(destination)
  if (skb.route && !(skb.route.kind in ROUTE_ERRORS)) return outputIp(kernel, skb)
  skb.free()
  return whyUnreachable(namespace, destination)
}

/** A routed packet, of this machine or on its way through: on to its device. Frees it. */
export function outputIp(kernel: KernelCore, skb: Skb): number {
  const { route } = skb
  const { namespace } = skb.device
  if (!route) {
    skb.free()
    return ENETUNREACH
  }
  if (route.segments) {
    encapsulate(kernel, skb, route.segments)
    return routeOutput(kernel, skb)
  }
  skb.device = route.kind === "local" ? kernel.network.loopback(namespace) : route.device
  const output = skb.protocol === ETH_P_IP ? ipOutput : ip6Output
  const way = runTunnel(kernel, skb, "out", route.tunnel?.out)
  if (typeof way === "number") {
    skb.free()
    return way
  }
  return output(kernel, namespace.object, skb.owner?.object ?? 0, skb)
}

const ipFinishOutput = kernelFunction("ip_finish_output", finishOutput)
const ip6FinishOutput = kernelFunction("ip6_finish_output", finishOutput)
const ipOutput = kernelFunction("ip_output", postRoute(ipFinishOutput))
const ip6Output = kernelFunction("ip6_output", postRoute(ip6FinishOutput))

function postRoute(finish: typeof ipFinishOutput) {
  return (kernel: KernelCore, net: KernelObject, sock: Register, skb: Skb): number => {
    const { device } = skb
    if (device.namespace.netfilter.accepts(kernel, skb, "postrouting", { output: device }))
      return finish(kernel, net, sock, skb)
    skb.free()
    return EPERM
  }
}

function finishOutput(kernel: KernelCore, _net: KernelObject, _sock: Register, skb: Skb): number {
  const { device, owner } = skb
  const refused = owner?.filterEgress(skb) ?? 0
  if (refused !== 0) {
    skb.free()
    return refused
  }
  const { mtu } = device
  return skb.context.get("len") > mtu ? cut(kernel, skb, mtu) : finishOutput2(kernel, skb)
}

/** What is longer than its device takes is sent in fragments; what must not be cut is dropped, and its sender told. */
function cut(kernel: KernelCore, skb: Skb, mtu: number): number {
  const { memory } = kernel
  const isV4 = skb.protocol === ETH_P_IP
  if (isV4 && (memory.view.getUint16(skb.context.data + 6) & DONT_FRAGMENT) !== 0) {
    sendIcmpError(kernel, skb, "too long", mtu)
    skb.free()
    return EMSGSIZE
  }
  const pieces = fragmentsOf(skb.bytes(), mtu, skb.device.namespace.nextId++)
  for (const bytes of pieces) {
    const piece = new Skb(kernel, skb.device, bytes, 0)
    piece.context.copyFrom(skb.context)
    piece.owner = skb.owner
    piece.route = skb.route
    finishOutput2(kernel, piece)
  }
  skb.free()
  return 0
}

/** Into the tunnel of its way, and on to the next hop. */
function finishOutput2(kernel: KernelCore, skb: Skb): number {
  const { device, protocol, route } = skb
  const way = runTunnel(kernel, skb, "xmit", route?.tunnel?.xmit)
  // Another protocol needs another way: the program had to ask for one.
  const code = way === "on" && skb.protocol !== protocol ? EINVAL : way
  if (typeof code === "number") {
    skb.free()
    return code
  }
  if (code === "reroute") return kernel.network.nested(() => routeOutput(kernel, skb)) ?? tooDeep(skb)
  if (code === "redirect") return redirectFromTunnel(kernel, skb)
  const nextHop = route?.gateway ?? destinationAt(kernel.memory.bytes, skb.context.data)
  const station = device.neighbour(nextHop)
  if (!station) {
    skb.toNetwork()
    sendIcmpError(kernel, skb, "no host")
    skb.free()
    return 0
  }
  pushEthernet(kernel, skb, station)
  return transmitPacket(kernel, skb)
}

/** A tunnel that leads into itself. */
function tooDeep(skb: Skb): number {
  skb.free()
  return ENETDOWN
}
