/** Address families, types and protocols of sockets. */
export const FAMILY = { unix: 1, ipv4: 2, ipv6: 10, packet: 17 } as const
export const TYPE = { stream: 1, datagram: 2, raw: 3 } as const
export const IPPROTO = { ip: 0, icmp: 1, tcp: 6, udp: 17, ipv6: 41, icmp6: 58 } as const

/** States of TCP, which other sockets use two of: established and closed. */
export const TCP = {
  established: 1,
  synSent: 2,
  synReceived: 3,
  finWait1: 4,
  finWait2: 5,
  timeWait: 6,
  close: 7,
  closeWait: 8,
  lastAck: 9,
  listen: 10,
  closing: 11,
} as const
export type TcpState = (typeof TCP)[keyof typeof TCP]

export const SOL_SOCKET = 1

/** SO_*. */
export const SO = {
  debug: 1,
  reuseAddress: 2,
  type: 3,
  error: 4,
  dontRoute: 5,
  broadcast: 6,
  sendBuffer: 7,
  receiveBuffer: 8,
  keepAlive: 9,
  oobInline: 10,
  priority: 12,
  reusePort: 15,
  receiveLowWater: 18,
  acceptsConnections: 30,
  mark: 36,
  protocol: 38,
  domain: 39,
  maxPacingRate: 47,
  incomingCpu: 49,
  cookie: 57,
  bindToInterface: 62,
} as const

/** IP_*, IPV6_* and TCP_*. */
export const IP = {
  tos: 1,
  ttl: 2,
  mtuDiscover: 10,
  freeBind: 15,
  transparent: 19,
  bindAddressNoPort: 24,
} as const
export const IPV6 = { unicastHops: 16, mtuDiscover: 23, only: 26, class: 67 } as const
/** IP_PMTUDISC_…: whether packets may be cut, and what is said of too long ones. */
export const MTU_DISCOVER = { dont: 0, want: 1, always: 2, probe: 3, interface: 4, omit: 5 } as const
export const TCP_OPTION = {
  noDelay: 1,
  maxSegment: 2,
  cork: 3,
  keepIdle: 4,
  keepInterval: 5,
  keepCount: 6,
  synCount: 7,
  linger: 8,
  deferAccept: 9,
  windowClamp: 10,
  congestion: 13,
  userTimeout: 18,
  notSentLowWater: 25,
  saveSyn: 27,
  savedSyn: 28,
  bpfSyn: 1005,
  bpfSynMac: 1007,
} as const
