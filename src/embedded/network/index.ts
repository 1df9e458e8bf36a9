/** Namespaces, devices, routes and the way of packets between wire and transport. May import base, catalog, kernel, memory, packets, tracing. */
export { addAddress, joinPair, moveDevice, removeAddress, setMtu, setUp } from "./configure.ts"
export { type Cable, LOOPBACK_INDEX, NetDevice, sameBytes } from "./device.ts"
export { farHost } from "./far-host.ts"
export { FIB_RESULT, lookUpFib, metricOf } from "./fib-lookup.ts"
export * from "./headers.ts"
export type { NamespaceHook } from "./hooks/namespace-programs.ts"
export type { OrderedPrograms } from "./hooks/ordered-programs.ts"
export { pushIpHeader } from "./hooks/push-ip-header.ts"
export type { Redirect } from "./hooks/redirect.ts"
export type { Filter, FilterAction } from "./hooks/traffic-control.ts"
export type { TunnelHook } from "./hooks/tunnels.ts"
export { type ErrorHandler, type QuotedPacket, sendIcmpError } from "./icmp/index.ts"
export {
  type IpMessage,
  leave,
  makeIp,
  mtuTo,
  sendIp,
  sendLocal,
  sourceFor,
  whyUnreachable,
} from "./ip-output.ts"
export { NetNamespace, type Transport } from "./namespace.ts"
export { type Neighbour, Neighbours } from "./neighbours.ts"
export { Network } from "./network.ts"
export { type Echo, sendEcho } from "./ping.ts"
export { receivePacket } from "./receive.ts"
export { ROUTE_ERRORS, type Route, RouteTable } from "./routes.ts"
export * from "./segment-routing/index.ts"
export { type PacketOwner, Skb } from "./skb.ts"
export { type Tap, type TappedFrame, Taps } from "./taps.ts"
export { transmitPacket } from "./transmit.ts"
export { type EmbeddedWireOptions, makeWire } from "./wire.ts"
export type { XdpPlace } from "./xdp/index.ts"
