import type { RunOptions, RunResult } from "skep"

/** One test run of a program of programs/test-run.bpf.c; test-run-answers.ts has what kernels answer. */
export interface RunCase {
  readonly name: string
  readonly program: string
  readonly options: RunOptions
  /** The program stands where its section says. */
  readonly isAttached: boolean
}

const [ON_CPU, LIVE_FRAMES] = [1, 2]

/** Ethernet of IPv4 of UDP, to a machine that is not this one. */
export const PACKET = Uint8Array.from({ length: 64 }, (_, index) => 0x40 + index)
PACKET.set([0x08, 0x00, 0x45], 12)

function packet(length: number, ...start: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(length)
  bytes.set(start)
  return bytes
}

const shorts = (...numbers: readonly number[]): number[] => [
  ...new Uint8Array(Int16Array.from(numbers).buffer),
]
const words = (...numbers: readonly bigint[]): Uint8Array =>
  new Uint8Array(BigUint64Array.from(numbers).buffer)

type Row = readonly [name: string, program: string, options: RunOptions, place?: "attached"]

const XDP: readonly Row[] = [
  ["a packet", "xdp_look", { packet: PACKET }],
  ["the shortest packet", "xdp_look", { packet: packet(14, 7) }],
  ["a packet of 13 bytes", "xdp_look", { packet: packet(13) }],
  ["no packet", "xdp_look", {}],
  ["the longest packet in one piece", "xdp_look", { packet: packet(3520, 9) }],
  ["a context", "xdp_look", { packet: PACKET, context: { data_end: 64 } }],
  ["a context and metadata", "xdp_look", { packet: PACKET, context: { data: 8, data_end: 64 } }],
  ["metadata of 6 bytes", "xdp_look", { packet: PACKET, context: { data: 6, data_end: 64 } }],
  ["metadata of 32 bytes", "xdp_look", { packet: PACKET, context: { data: 32, data_end: 64 } }],
  ["metadata of 36 bytes", "xdp_look", { packet: packet(300), context: { data: 36, data_end: 300 } }],
  ["metadata of 252 bytes", "xdp_look", { packet: packet(300), context: { data: 252, data_end: 300 } }],
  ["metadata of 216 bytes", "xdp_look", { packet: packet(300), context: { data: 216, data_end: 300 } }],
  ["metadata of 220 bytes", "xdp_look", { packet: packet(300), context: { data: 220, data_end: 300 } }],
  ["metadata of 256 bytes", "xdp_look", { packet: packet(300), context: { data: 256, data_end: 300 } }],
  [
    "the longest packet with metadata",
    "xdp_look",
    { packet: packet(3528, 9), context: { data: 8, data_end: 3528 } },
  ],
  ["a context of another length", "xdp_look", { packet: PACKET, context: { data_end: 63 } }],
  ["metadata behind the end", "xdp_look", { packet: PACKET, context: { data: 68, data_end: 64 } }],
  [
    "data_meta in the context",
    "xdp_look",
    { packet: PACKET, context: { data_meta: 4, data: 8, data_end: 64 } },
  ],
  ["a device", "xdp_look", { packet: PACKET, context: { data_end: 64, ingress_ifindex: 1 } }],
  ["a device that is not", "xdp_look", { packet: PACKET, context: { data_end: 64, ingress_ifindex: 999 } }],
  ["a queue without a device", "xdp_look", { packet: PACKET, context: { data_end: 64, rx_queue_index: 1 } }],
  [
    "a queue that the device lacks",
    "xdp_look",
    { packet: PACKET, context: { data_end: 64, ingress_ifindex: 1, rx_queue_index: 1 } },
  ],
  ["an egress device", "xdp_look", { packet: PACKET, context: { data_end: 64, egress_ifindex: 1 } }],
  ["a context cut short", "xdp_look", { packet: PACKET, context: packet(12, 0, 0, 0, 0, 64) }],
  ["a context too long, with zeros", "xdp_look", { packet: PACKET, context: packet(32, 0, 0, 0, 0, 64) }],
  [
    "a context too long, with more",
    "xdp_look",
    { packet: PACKET, context: Uint8Array.of(...packet(31, 0, 0, 0, 0, 64), 1) },
  ],
  ["too little room for the packet", "xdp_look", { packet: PACKET, packetRoom: 63 }],
  ["just enough room for the packet", "xdp_look", { packet: PACKET, packetRoom: 64 }],
  ["no room for the packet", "xdp_look", { packet: PACKET, packetRoom: 0 }],
  [
    "too little room for the context",
    "xdp_look",
    { packet: PACKET, context: { data_end: 64 }, contextRoom: 23 },
  ],
  ["no room for the context", "xdp_look", { packet: PACKET, context: { data_end: 64 }, contextRoom: 0 }],
  ["a cpu", "xdp_look", { packet: PACKET, cpu: 1 }],
  ["flag ON_CPU", "xdp_look", { packet: PACKET, flags: ON_CPU }],
  ["a flag of none", "xdp_look", { packet: PACKET, flags: 0x80 }],
  ["a batch without live frames", "xdp_look", { packet: PACKET, batchSize: 4 }],
  [
    "live frames in batches too large",
    "xdp_look",
    { packet: PACKET, flags: LIVE_FRAMES, batchSize: 257, packetRoom: 0 },
  ],
  [
    "live frames with a packet afterwards",
    "xdp_look",
    { packet: PACKET, flags: LIVE_FRAMES, context: { data_end: 64 } },
  ],
  ["live frames", "xdp_look", { packet: PACKET, flags: LIVE_FRAMES, packetRoom: 0, repeat: 3 }],
  ["live frames, and room for the packet", "xdp_look", { packet: PACKET, flags: LIVE_FRAMES }],
  [
    "live frames with metadata, of a device",
    "xdp_look",
    {
      packet: PACKET,
      flags: LIVE_FRAMES,
      context: { data: 8, data_end: 64, ingress_ifindex: 1 },
      ...{ packetRoom: 0, contextRoom: 0, batchSize: 2, repeat: 5 },
    },
  ],
  ["no repeat", "xdp_count", { packet: packet(14), repeat: 0 }],
  ["repeat 5", "xdp_count", { packet: packet(14), repeat: 5 }],
  ["repeat 100,000", "xdp_count", { packet: packet(14), repeat: 100_000 }],
  ["a head that moves forth", "xdp_move", { packet: packet(64, ...shorts(10, 0, 0)) }],
  ["a head that leaves too little", "xdp_move", { packet: packet(64, ...shorts(51, 0, 0)) }],
  ["a head that leaves an Ethernet header", "xdp_move", { packet: packet(64, ...shorts(50, 0, 0)) }],
  ["a head that moves back", "xdp_move", { packet: packet(64, ...shorts(-20, 0, 0)) }],
  ["a head that moves back all the way", "xdp_move", { packet: packet(64, ...shorts(-216, 0, 0)) }],
  ["a head that moves back too far", "xdp_move", { packet: packet(64, ...shorts(-217, 0, 0)) }],
  ["metadata that a program adds", "xdp_move", { packet: packet(64, ...shorts(0, -8, 0)) }],
  ["metadata too large", "xdp_move", { packet: packet(64, ...shorts(0, -36, 0)) }],
  ["metadata of no words", "xdp_move", { packet: packet(64, ...shorts(0, -6, 0)) }],
  ["metadata behind the packet's start", "xdp_move", { packet: packet(64, ...shorts(0, 4, 0)) }],
  [
    "metadata that moves with the head",
    "xdp_move",
    { packet: packet(64, ...shorts(-12, -8, 0)), context: { data: 4, data_end: 64 } },
  ],
  ["a tail that grows", "xdp_move", { packet: packet(64, ...shorts(0, 0, 30)) }],
  ["a tail that grows all the way", "xdp_move", { packet: packet(64, ...shorts(0, 0, 3456)) }],
  ["a tail that grows too far", "xdp_move", { packet: packet(64, ...shorts(0, 0, 3457)) }],
  ["a tail that shrinks", "xdp_move", { packet: packet(64, ...shorts(0, 0, -50)) }],
  ["a tail that leaves too little", "xdp_move", { packet: packet(64, ...shorts(0, 0, -51)) }],
  ["a tail that shrinks and grows again", "xdp_move", { packet: packet(64, ...shorts(0, 0, -2)), repeat: 2 }],
  [
    "head and tail with a context",
    "xdp_move",
    { packet: packet(64, ...shorts(4, 0, -8)), context: { data: 4, data_end: 64 } },
  ],
  ["bytes loaded and stored", "xdp_copy", { packet: PACKET }],
]

const SKB: readonly Row[] = [
  ["a packet", "tc_look", { packet: PACKET }],
  ["a broadcast", "tc_look", { packet: packet(64, 255, 255, 255, 255, 255, 255) }],
  ["a multicast", "tc_look", { packet: packet(64, 1) }],
  ["a packet to this device", "tc_look", { packet: packet(64) }],
  [
    "a length in place of a protocol",
    "tc_look",
    { packet: packet(64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 40) },
  ],
  [
    "a raw 802.3 packet",
    "tc_look",
    { packet: packet(64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 40, 255, 255) },
  ],
  ["the shortest packet", "tc_look", { packet: packet(14, 7) }],
  ["a packet of 13 bytes", "tc_look", { packet: packet(13) }],
  ["no packet", "tc_look", {}],
  ["the longest packet", "tc_look", { packet: packet(3712, 5) }],
  [
    "a context",
    "tc_look",
    {
      packet: PACKET,
      context: {
        mark: 7,
        priority: 8,
        ingress_ifindex: 3,
        cb: [1, 2, 3, 4, 5],
        tstamp: 99n,
        wire_len: 100,
        gso_segs: 2,
        gso_size: 30,
        hwtstamp: 11n,
      },
    },
  ],
  ["a device", "tc_look", { packet: PACKET, context: { ifindex: 1 } }],
  ["a device that is not", "tc_look", { packet: PACKET, context: { ifindex: 999 } }],
  ["wire_len below the length", "tc_look", { packet: PACKET, context: { wire_len: 63 } }],
  ["wire_len of the length", "tc_look", { packet: PACKET, context: { wire_len: 64 } }],
  ["wire_len of 65,536", "tc_look", { packet: PACKET, context: { wire_len: 65_536 } }],
  ["wire_len beyond", "tc_look", { packet: PACKET, context: { wire_len: 65_537 } }],
  ["gso_segs of 65,535", "tc_look", { packet: PACKET, context: { gso_segs: 65_535 } }],
  ["gso_segs beyond", "tc_look", { packet: PACKET, context: { gso_segs: 65_536 } }],
  ["gso_size of 65,537", "tc_look", { packet: PACKET, context: { gso_size: 65_537 } }],
  ...(
    [
      "len",
      "pkt_type",
      "queue_mapping",
      "protocol",
      "vlan_present",
      "vlan_tci",
      "vlan_proto",
      "tc_index",
      "hash",
      "tc_classid",
      "data",
      "data_end",
      "napi_id",
      "family",
      "remote_ip4",
      "local_port",
      "data_meta",
      "flow_keys",
      "sk",
      "tstamp_type",
    ] as const
  ).map((field): Row => [`${field} in the context`, "tc_look", { packet: PACKET, context: { [field]: 1 } }]),
  ["a context cut short", "tc_look", { packet: PACKET, context: packet(12, 0, 0, 0, 0, 0, 0, 0, 0, 6) }],
  ["a context too long, with more", "tc_look", { packet: PACKET, context: Uint8Array.of(...packet(192), 1) }],
  ["too little room for the context", "tc_look", { packet: PACKET, context: {}, contextRoom: 100 }],
  ["too little room for the packet", "tc_look", { packet: PACKET, packetRoom: 10 }],
  ["a cpu", "tc_look", { packet: PACKET, cpu: 1 }],
  ["a flag", "tc_look", { packet: PACKET, flags: 1 }],
  ["a batch", "tc_look", { packet: PACKET, batchSize: 4 }],
  ["repeat 5", "tc_count", { packet: packet(14), repeat: 5 }],
  ["bytes loaded and stored", "tc_copy", { packet: PACKET }],
  ["IPv6", "cgroup_look", { packet: packet(64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x86, 0xdd, 0x60) }],
  ["IPv4 of 19 bytes", "tc_look", { packet: packet(33, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0x45) }],
  ["IPv4 of 20 bytes", "cgroup_look", { packet: packet(34, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0x45) }],
  [
    "IPv6 of 39 bytes",
    "cgroup_look",
    { packet: packet(53, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x86, 0xdd, 0x60) },
  ],
  [
    "IPv6 of 39 bytes",
    "tc_look",
    { packet: packet(53, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x86, 0xdd, 0x60) },
  ],
  [
    "IPv6 of 40 bytes",
    "cgroup_look",
    { packet: packet(54, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x86, 0xdd, 0x60) },
  ],
  ["IPv4 cut short", "cgroup_look", { packet: packet(30, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0x45) }],
  ["an action", "act_look", { packet: PACKET }],
  ["a socket filter", "socket_look", { packet: PACKET, context: { mark: 7, cb: [1, 2, 3, 4, 5] } }],
  ["a socket filter and nothing behind the header", "socket_look", { packet: packet(14, 7) }],
  ["classic loads", "socket_classic", { packet: PACKET }],
  ["cgroup_skb", "cgroup_look", { packet: PACKET, context: { mark: 7 } }],
  ["cgroup_skb and nothing behind the header", "cgroup_look", { packet: packet(14, 7) }],
  [
    "cgroup_skb with wire_len of what is behind the header",
    "cgroup_look",
    { packet: PACKET, context: { wire_len: 50 } },
  ],
  ["lwt_in", "lwt_look", { packet: PACKET, context: { mark: 7 } }],
  ["lwt_xmit that writes", "lwt_write", { packet: PACKET }],
]

const OTHERS: readonly Row[] = [
  ["a context", "sum", { context: words(40n, 2n, 0n) }],
  ["a context larger than need be", "sum", { context: words(40n, 2n, 0n, 5n) }],
  ["a context too small", "sum", { context: words(40n, 2n) }],
  ["no context", "sum", {}],
  ["no context, none needed", "nothing", {}],
  ["a context that is not looked at", "nothing", { context: words(1n) }],
  ["a context of 65,535 bytes", "nothing", { context: packet(65_535) }],
  ["a context of 65,536 bytes", "nothing", { context: packet(65_536) }],
  ["a repeat", "nothing", { repeat: 1 }],
  ["a flag", "nothing", { flags: 1 }],
  ["a cpu", "nothing", { cpu: 1 }],
  ["a batch", "nothing", { batchSize: 1 }],
  ["a packet", "nothing", { packet: PACKET }],
  ["arguments", "arguments", { context: words(3n, 4n) }],
  ["twelve arguments", "arguments", { context: packet(96, 9) }],
  ["thirteen arguments", "arguments", { context: packet(104, 9) }],
  ["too few arguments", "arguments", { context: words(3n) }],
  ["no arguments", "arguments", {}],
  ["a repeat of arguments", "arguments", { context: words(3n, 4n), repeat: 1 }],
  ["a packet for arguments", "arguments", { context: words(3n, 4n), packet: PACKET }],
  ["a cpu without the flag", "arguments", { context: words(3n, 4n), cpu: 1 }],
  ["a cpu with the flag", "arguments", { context: words(1n, 4n), flags: ON_CPU, cpu: 1 }],
  ["a cpu that is not", "arguments", { context: words(3n, 4n), flags: ON_CPU, cpu: 5000 }],
  ["another flag", "arguments", { context: words(3n, 4n), flags: 2 }],
  ["a batch", "arguments", { context: words(3n, 4n), batchSize: 1 }],
  [
    "addresses of IPv4",
    "lookup",
    {
      context: {
        family: 2,
        protocol: 6,
        remote_ip4: 0x0100_007f,
        remote_port: 0x5000,
        local_ip4: 0x0200_007f,
        local_port: 8080,
      },
    },
  ],
  [
    "addresses of IPv6",
    "lookup",
    { context: { family: 10, protocol: 17, remote_ip6: [0, 0, 0, 5], local_port: 7 } },
  ],
  ["another family", "lookup", { context: { family: 3 } }],
  ["a port beyond", "lookup", { context: { family: 2, local_port: 65_536 } }],
  ["a socket", "lookup", { context: { family: 2, sk: 1 } }],
  ["an ingress device", "lookup", { context: { family: 2, ingress_ifindex: 1 } }],
  ["no context", "lookup", {}],
  ["a packet", "lookup", { context: { family: 2 }, packet: PACKET }],
  ["a flag", "lookup", { context: { family: 2 }, flags: 1 }],
  ["a repeat", "lookup", { context: { family: 2 }, repeat: 3 }],
  ["a packet", "dissect", { packet: PACKET }],
  [
    "a packet with its transport header far away",
    "dissect",
    { packet: packet(64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 200) },
  ],
  [
    "a packet with its transport header too near",
    "dissect",
    { packet: packet(64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3) },
  ],
  ["a packet of 13 bytes", "dissect", { packet: packet(13) }],
  ["flags of the dissector", "dissect", { packet: PACKET, context: Uint8Array.of(...packet(48), 3) }],
  ["a flag of the run", "dissect", { packet: PACKET, flags: 1 }],
  ["more than the flags", "dissect", { packet: PACKET, context: packet(56, 1) }],
  ["repeat 4", "dissect", { packet: PACKET, repeat: 4 }],
  ["too little room", "dissect", { packet: PACKET, packetRoom: 20 }],
  ["a kprobe", "probe", { context: packet(168) }],
  ["a tracepoint", "event", {}],
  ["the kernel's functions for it", "enter_one", {}],
  ["the kernel's functions for it", "leave_two", {}],
  ["a function that it is attached to", "enter_one", {}, "attached"],
  ["a function that it is attached to", "leave_two", {}, "attached"],
  ["a repeat of a function that it is attached to", "enter_one", { repeat: 3 }, "attached"],
  ["a repeat of a function", "enter_one", { repeat: 3 }],
  ["a packet for a function", "enter_one", { packet: PACKET }],
  ["a context for a function", "enter_one", { context: packet(8) }],
  ["a flag for a function", "enter_one", { flags: 1 }],
  ["a cpu for a function", "enter_one", { cpu: 1 }],
  ["a typed tracepoint", "typed_event", {}],
]

export const RUN_CASES: readonly RunCase[] = [...XDP, ...SKB, ...OTHERS].map(
  ([name, program, options, place]) => ({
    name: `${program}: ${name}`,
    program,
    options,
    isAttached: place === "attached",
  }),
)

/** What a run gave, in one line: result, packet, context, and what the program noted. */
export function told({ result, action, packet, context }: RunResult, seen: readonly bigint[]): string {
  const noted = seen.slice(0, seen.findLastIndex(word => word !== 0n) + 1).map(word => word.toString(16))
  return [
    action ?? String(result | 0),
    ...(packet.length > 0 ? [`packet ${shortened(packet)}`] : []),
    ...(context.length > 0 ? [`context ${shortened(context)}`] : []),
    ...(noted.length > 0 ? [`seen ${noted.join(" ")}`] : []),
  ].join(", ")
}

/** Length, the first bytes in hex, and a sum of all that depends on places. */
function shortened(bytes: Uint8Array): string {
  let sum = 0
  for (const byte of bytes) sum = (Math.imul(sum, 31) + byte) >>> 0
  const start = Array.from(bytes.subarray(0, 8), byte => byte.toString(16).padStart(2, "0")).join("")
  return `${bytes.length}:${start}:${sum.toString(16)}`
}
