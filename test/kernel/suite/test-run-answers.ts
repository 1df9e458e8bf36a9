// Written by test/kernel/write-test-runs.mjs: what Linux 6.12 answers to the cases of test-run-cases.ts.
const ANSWERS: Readonly<Record<string, string>> = {
  "xdp_look: a packet": "XDP_PASS, packet 64:4041424344454647:6d70f4c0, seen 40 0 1 0 40 40",
  "xdp_look: the shortest packet": "XDP_PASS, packet 14:0700000000000000:2d108359, seen e 0 1 0 7 e",
  "xdp_look: a packet of 13 bytes": "EINVAL",
  "xdp_look: no packet": "EINVAL",
  "xdp_look: the longest packet in one piece":
    "XDP_PASS, packet 3520:0900000000000000:2bb152d7, seen dc0 0 1 0 9 dc0",
  "xdp_look: a context":
    "XDP_PASS, packet 64:4041424344454647:6d70f4c0, context 24:0000000040000000:e87597c0, seen 40 0 1 0 40 40",
  "xdp_look: a context and metadata":
    "XDP_PASS, packet 64:4041424344454647:6d70f4c0, context 24:0800000040000000:c8820eb8, seen 38 8 1 0 48 38",
  "xdp_look: metadata of 6 bytes": "EINVAL",
  "xdp_look: metadata of 32 bytes":
    "XDP_PASS, packet 64:4041424344454647:6d70f4c0, context 24:2000000040000000:68a773a0, seen 20 20 1 0 60 20",
  "xdp_look: metadata of 36 bytes":
    "XDP_PASS, packet 300:0000000000000000:0, context 24:240000002c010000:db35171, seen 108 24 1 0 0 108",
  "xdp_look: metadata of 252 bytes": "EINVAL",
  "xdp_look: metadata of 216 bytes":
    "XDP_PASS, packet 300:0000000000000000:0, context 24:d80000002c010000:3ecbc63d, seen 54 d8 1 0 0 54",
  "xdp_look: metadata of 220 bytes": "EINVAL",
  "xdp_look: metadata of 256 bytes": "EINVAL",
  "xdp_look: the longest packet with metadata":
    "XDP_PASS, packet 3528:0900000000000000:5bb88bd7, context 24:08000000c80d0000:4822e7fd, seen dc0 8 1 0 0 dc0",
  "xdp_look: a context of another length":
    "XDP_PASS, packet 64:4041424344454647:6d70f4c0, context 24:000000003f000000:d3c161, seen 3f 0 1 0 40 40",
  "xdp_look: metadata behind the end": "EINVAL",
  "xdp_look: data_meta in the context": "EINVAL",
  "xdp_look: a device":
    "XDP_PASS, packet 64:4041424344454647:6d70f4c0, context 24:0000000040000000:f0273d1f, seen 40 0 1 0 40 40",
  "xdp_look: a device that is not": "ENODEV",
  "xdp_look: a queue without a device": "EINVAL",
  "xdp_look: a queue that the device lacks": "EINVAL",
  "xdp_look: an egress device": "EINVAL",
  "xdp_look: a context cut short":
    "XDP_PASS, packet 64:4041424344454647:6d70f4c0, context 24:0000000040000000:e87597c0, seen 40 0 1 0 40 40",
  "xdp_look: a context too long, with zeros":
    "XDP_PASS, packet 64:4041424344454647:6d70f4c0, context 24:0000000040000000:e87597c0, seen 40 0 1 0 40 40",
  "xdp_look: a context too long, with more": "E2BIG",
  "xdp_look: too little room for the packet": "ENOSPC",
  "xdp_look: just enough room for the packet":
    "XDP_PASS, packet 64:4041424344454647:6d70f4c0, seen 40 0 1 0 40 40",
  "xdp_look: no room for the packet": "XDP_PASS, seen 40 0 1 0 40 40",
  "xdp_look: too little room for the context": "ENOSPC",
  "xdp_look: no room for the context": "XDP_PASS, packet 64:4041424344454647:6d70f4c0, seen 40 0 1 0 40 40",
  "xdp_look: a cpu": "XDP_PASS, packet 64:4041424344454647:6d70f4c0, seen 40 0 1 0 40 40",
  "xdp_look: flag ON_CPU": "EINVAL",
  "xdp_look: a flag of none": "EINVAL",
  "xdp_look: a batch without live frames": "EINVAL",
  "xdp_look: live frames in batches too large": "E2BIG",
  "xdp_look: live frames with a packet afterwards": "EINVAL",
  "xdp_look: live frames": "XDP_ABORTED, seen 40 0 1 0 40 40",
  "xdp_look: live frames, and room for the packet":
    "XDP_ABORTED, packet 64:4041424344454647:6d70f4c0, seen 40 0 1 0 40 40",
  "xdp_look: live frames with metadata, of a device": "XDP_ABORTED, seen 38 8 1 0 48 38",
  "xdp_count: no repeat": "XDP_DROP, packet 14:0100000000000000:e1ddc99f, seen 1",
  "xdp_count: repeat 5": "5, packet 14:0500000000000000:6954f01b, seen 5",
  "xdp_count: repeat 100,000": "160, packet 14:a000000000000000:2a9e0360, seen 186a0",
  "xdp_move: a head that moves forth": "XDP_TX, packet 54:0000000000000000:0, seen 0 0 0 36",
  "xdp_move: a head that leaves too little":
    "XDP_TX, packet 64:3300000000000000:2d53c56d, seen ffffffffffffffea 0 0 40",
  "xdp_move: a head that leaves an Ethernet header": "XDP_TX, packet 14:0000000000000000:0, seen 0 0 0 e",
  "xdp_move: a head that moves back": "XDP_TX, packet 84:0000000000000000:1d644e53, seen 0 0 0 54",
  "xdp_move: a head that moves back all the way":
    "XDP_TX, packet 280:0000000000000000:5b1d5797, seen 0 0 0 118",
  "xdp_move: a head that moves back too far":
    "XDP_TX, packet 64:27ff000000000000:dcbc53b8, seen ffffffffffffffea 0 0 40",
  "xdp_move: metadata that a program adds": "XDP_TX, packet 72:0000000000000000:57a70287, seen 0 0 0 40 8",
  "xdp_move: metadata too large": "XDP_TX, packet 100:0000000000000000:20d2cd23, seen 0 0 0 40 24",
  "xdp_move: metadata of no words":
    "XDP_TX, packet 64:0000faff00000000:8023e1c5, seen 0 fffffffffffffff3 0 40",
  "xdp_move: metadata behind the packet's start":
    "XDP_TX, packet 64:0000040000000000:50f9be7c, seen 0 ffffffffffffffea 0 40",
  "xdp_move: metadata that moves with the head":
    "XDP_TX, packet 64:f4fff8ff00000000:68136fd2, context 24:0400000040000000:d87bd33c, seen 0 0 0 3c 4",
  "xdp_move: a tail that grows": "XDP_TX, packet 94:000000001e000000:8e39ada2, seen 0 0 0 5e",
  "xdp_move: a tail that grows all the way": "XDP_TX, packet 3520:00000000800d0000:8f50254d, seen 0 0 0 dc0",
  "xdp_move: a tail that grows too far":
    "XDP_TX, packet 64:00000000810d0000:e124e0ac, seen 0 0 ffffffffffffffea 40",
  "xdp_move: a tail that shrinks": "XDP_TX, packet 14:00000000ceff0000:434398f1, seen 0 0 0 e",
  "xdp_move: a tail that leaves too little":
    "XDP_TX, packet 64:00000000cdff0000:7620cf52, seen 0 0 ffffffffffffffea 40",
  "xdp_move: a tail that shrinks and grows again":
    "XDP_TX, packet 60:00000000feff0000:5ee72501, seen 0 0 0 3c",
  "xdp_move: head and tail with a context":
    "XDP_TX, packet 72:0400000000000000:7b72db3f, context 24:0400000048000000:158a8634, seen 0 0 0 44 4",
  "xdp_copy: bytes loaded and stored":
    "-1, packet 64:4041424344454647:822be340, seen 0 474645444342 0 ffffffffffffffea ffffffffffffffea",
  "tc_look: a packet":
    "TC_ACT_SHOT, packet 64:4041424344454647:6d70f4c0, seen 40 3 0 0 8 0 0 0 1 0 0 0 0 0 0 0 0 40 0 40 0 1",
  "tc_look: a broadcast":
    "TC_ACT_SHOT, packet 64:ffffffffffff0000:86d22fa0, seen 40 2 0 0 400 0 0 0 1 0 0 0 0 0 0 0 0 40 0 ff 0 1",
  "tc_look: a multicast":
    "TC_ACT_SHOT, packet 64:0100000000000000:7e6103df, seen 40 2 0 0 400 0 0 0 1 0 0 0 0 0 0 0 0 40 0 1 0 1",
  "tc_look: a packet to this device":
    "TC_ACT_SHOT, packet 64:0000000000000000:0, seen 40 0 0 0 400 0 0 0 1 0 0 0 0 0 0 0 0 40 0 0 0 1",
  "tc_look: a length in place of a protocol":
    "TC_ACT_SHOT, packet 64:0000000000000000:8dbca628, seen 40 0 0 0 400 0 0 0 1 0 0 0 0 0 0 0 0 40 0 0 0 1",
  "tc_look: a raw 802.3 packet":
    "TC_ACT_SHOT, packet 64:0000000000000000:cfc98608, seen 40 0 0 0 100 0 0 0 1 0 0 0 0 0 0 0 0 40 0 0 0 1",
  "tc_look: the shortest packet":
    "TC_ACT_SHOT, packet 14:0700000000000000:2d108359, seen e 2 0 0 400 0 0 0 1 0 0 0 0 0 0 0 0 e 0 7 0 1",
  "tc_look: a packet of 13 bytes": "EINVAL",
  "tc_look: no packet": "EINVAL",
  "tc_look: the longest packet":
    "TC_ACT_SHOT, packet 3712:0500000000000000:d4097b5b, seen e80 2 0 0 400 0 0 0 1 0 0 0 0 0 0 0 0 e80 0 5 0 1",
  "tc_look: a context":
    "TC_ACT_SHOT, packet 64:4041424344454647:6d70f4c0, context 192:0000000000000000:b1883b21, seen 40 3 7 0 8 0 8 3 1 0 1 5 0 2 1e 0 64 40 0 40 63 1 0 b",
  "tc_look: a device":
    "TC_ACT_SHOT, packet 64:4041424344454647:6d70f4c0, context 192:0000000000000000:8271b18a, seen 40 3 0 0 8 0 0 0 1 0 0 0 0 0 0 0 40 40 0 40 0 1",
  "tc_look: a device that is not": "ENODEV",
  "tc_look: wire_len below the length": "EINVAL",
  "tc_look: wire_len of the length":
    "TC_ACT_SHOT, packet 64:4041424344454647:6d70f4c0, context 192:0000000000000000:8271b18a, seen 40 3 0 0 8 0 0 0 1 0 0 0 0 0 0 0 40 40 0 40 0 1",
  "tc_look: wire_len of 65,536":
    "TC_ACT_SHOT, packet 64:4041424344454647:6d70f4c0, context 192:0000000000000000:770e6569, seen 40 3 0 0 8 0 0 0 1 0 0 0 0 0 0 0 10000 40 0 40 0 1",
  "tc_look: wire_len beyond": "EINVAL",
  "tc_look: gso_segs of 65,535":
    "TC_ACT_SHOT, packet 64:4041424344454647:6d70f4c0, context 192:0000000000000000:7a67b96a, seen 40 3 0 0 8 0 0 0 1 0 0 0 0 ffff 0 0 40 40 0 40 0 1",
  "tc_look: gso_segs beyond": "EINVAL",
  "tc_look: gso_size of 65,537":
    "TC_ACT_SHOT, packet 64:4041424344454647:6d70f4c0, context 192:0000000000000000:45e15908, seen 40 3 0 0 8 0 0 0 1 0 0 0 0 0 1 0 40 40 0 40 0 1",
  "tc_look: len in the context": "EINVAL",
  "tc_look: pkt_type in the context": "EINVAL",
  "tc_look: queue_mapping in the context": "EINVAL",
  "tc_look: protocol in the context": "EINVAL",
  "tc_look: vlan_present in the context": "EINVAL",
  "tc_look: vlan_tci in the context": "EINVAL",
  "tc_look: vlan_proto in the context": "EINVAL",
  "tc_look: tc_index in the context": "EINVAL",
  "tc_look: hash in the context": "EINVAL",
  "tc_look: tc_classid in the context": "EINVAL",
  "tc_look: data in the context": "EINVAL",
  "tc_look: data_end in the context": "EINVAL",
  "tc_look: napi_id in the context": "EINVAL",
  "tc_look: family in the context": "EINVAL",
  "tc_look: remote_ip4 in the context": "EINVAL",
  "tc_look: local_port in the context": "EINVAL",
  "tc_look: data_meta in the context": "EINVAL",
  "tc_look: flow_keys in the context": "EINVAL",
  "tc_look: sk in the context": "EINVAL",
  "tc_look: tstamp_type in the context": "EINVAL",
  "tc_look: a context cut short":
    "TC_ACT_SHOT, packet 64:4041424344454647:6d70f4c0, context 192:0000000000000000:92ea02c4, seen 40 3 6 0 8 0 0 0 1 0 0 0 0 0 0 0 40 40 0 40 0 1",
  "tc_look: a context too long, with more": "E2BIG",
  "tc_look: too little room for the context": "ENOSPC",
  "tc_look: too little room for the packet": "ENOSPC",
  "tc_look: a cpu": "EINVAL",
  "tc_look: a flag": "EINVAL",
  "tc_look: a batch": "EINVAL",
  "tc_count: repeat 5": "5, packet 14:0500000000000000:6954f01b, seen 5",
  "tc_copy: bytes loaded and stored":
    "TC_ACT_OK, packet 64:4041424344454647:822be340, seen 0 474645444342 0 fffffffffffffff2 470000000000 fffffffffffffff2 ffffffffffffffea 0 0 fffffffffffffff4 0 470000004140 0 470000004f45 fffffffffffffff2",
  "cgroup_look: IPv6":
    "1, packet 64:0000000000000000:9f9e4ba0, seen 32 0 0 0 dd86 0 0 0 1 0 0 0 0 0 0 0 0 0 0 100 a",
  "tc_look: IPv4 of 19 bytes": "EINVAL",
  "cgroup_look: IPv4 of 20 bytes":
    "1, packet 34:0000000000000000:6e9ec79b, seen 14 0 0 0 8 0 0 0 1 0 0 0 0 0 0 0 0 0 0 100 2",
  "cgroup_look: IPv6 of 39 bytes": "EINVAL",
  "tc_look: IPv6 of 39 bytes": "EINVAL",
  "cgroup_look: IPv6 of 40 bytes":
    "1, packet 54:0000000000000000:ab3a53a0, seen 28 0 0 0 dd86 0 0 0 1 0 0 0 0 0 0 0 0 0 0 100 a",
  "cgroup_look: IPv4 cut short": "EINVAL",
  "act_look: an action":
    "TC_ACT_UNSPEC, packet 64:4041424344454647:6d70f4c0, seen 40 3 0 0 8 0 0 0 1 0 0 0 0 0 0 0 0 40",
  "socket_look: a socket filter":
    "50, packet 64:0000000000000000:6ebb8cc2, context 192:0000000000000000:d4c99c13, seen 32 3 7 0 8 0 0 0 1 0 1 5",
  "socket_look: a socket filter and nothing behind the header":
    "0, packet 14:0000000000000000:0, seen 0 2 0 0 400 0 0 0 1",
  "socket_classic: classic loads": "0, packet 64:0000000000000000:6ebb8cc2, seen 45 5051 454f 800 1",
  "cgroup_look: cgroup_skb":
    "1, packet 64:0000000000000000:6ebb8cc2, context 192:0000000000000000:b4f006c8, seen 32 3 7 0 8 0 0 0 1 0 0 0 0 0 0 0 0 0 0 100 2 61605f5e 5d5c5b5a",
  "cgroup_look: cgroup_skb and nothing behind the header":
    "1, packet 14:0000000000000000:0, seen 0 2 0 0 400 0 0 0 1 0 0 0 0 0 0 0 0 0 0 100",
  "cgroup_look: cgroup_skb with wire_len of what is behind the header":
    "1, packet 64:0000000000000000:6ebb8cc2, context 192:0000000000000000:b4f006c8, seen 32 3 0 0 8 0 0 0 1 0 0 0 0 0 0 0 0 0 0 100 2 61605f5e 5d5c5b5a",
  "lwt_look: lwt_in":
    "BPF_DROP, packet 64:0000000000000000:6ebb8cc2, context 192:0000000000000000:fc2cc86, seen 32 3 7 0 8 0 0 0 1 0 0 0 0 0 0 0 0 32",
  "lwt_write: lwt_xmit that writes": "BPF_REDIRECT, packet 64:0000000000000000:a1ddfed0",
  "sum: a context": "-3, context 24:2800000000000000:2e536b2c",
  "sum: a context larger than need be": "-3, context 32:2800000000000000:48e15f87",
  "sum: a context too small": "EINVAL",
  "sum: no context": "EINVAL",
  "nothing: no context, none needed": "4, seen 1",
  "nothing: a context that is not looked at": "4, context 8:0100000000000000:67e12cdf, seen 1",
  "nothing: a context of 65,535 bytes": "4, context 65535:0000000000000000:0, seen 1",
  "nothing: a context of 65,536 bytes": "EINVAL",
  "nothing: a repeat": "EINVAL",
  "nothing: a flag": "EINVAL",
  "nothing: a cpu": "4, seen 1",
  "nothing: a batch": "EINVAL",
  "nothing: a packet": "EINVAL",
  "arguments: arguments": "9, context 16:0300000000000000:443a4d19, seen 3 4",
  "arguments: twelve arguments": "9, context 96:0900000000000000:e49006d7, seen 9",
  "arguments: thirteen arguments": "EINVAL",
  "arguments: too few arguments": "EINVAL",
  "arguments: no arguments": "EINVAL",
  "arguments: a repeat of arguments": "EINVAL",
  "arguments: a packet for arguments": "EINVAL",
  "arguments: a cpu without the flag": "EINVAL",
  "arguments: a cpu with the flag": "9, context 16:0100000000000000:8116915b, seen 1 4 1",
  "arguments: a cpu that is not": "ENXIO",
  "arguments: another flag": "9, context 16:0300000000000000:443a4d19, seen 3 4",
  "arguments: a batch": "EINVAL",
  "lookup: addresses of IPv4":
    "SK_PASS, context 72:0000000000000000:a9f0a9dc, seen 2 6 100007f 5000 200007f 1f90",
  "lookup: addresses of IPv6": "SK_DROP, context 72:0000000000000000:3f7be1f9, seen a 11 0 0 0 7 0 0 5",
  "lookup: another family": "EAFNOSUPPORT",
  "lookup: a port beyond": "ERANGE",
  "lookup: a socket": "EINVAL",
  "lookup: an ingress device": "EINVAL",
  "lookup: no context": "EINVAL",
  "lookup: a packet": "EINVAL",
  "lookup: a flag": "EINVAL",
  "lookup: a repeat": "SK_PASS, context 72:0000000000000000:fcc207be, seen 2",
  "dissect: a packet": "BPF_OK, packet 56:0e00400000000000:c8e41ec0, seen e e 8 0 40 40",
  "dissect: a packet with its transport header far away":
    "BPF_OK, packet 56:0e00400000000000:fd27b1c8, seen e e 0 0 40",
  "dissect: a packet with its transport header too near":
    "BPF_OK, packet 56:0e000e0000000000:e3c8f6ba, seen e e 0 0 40",
  "dissect: a packet of 13 bytes": "EINVAL",
  "dissect: flags of the dissector":
    "BPF_OK, packet 56:0e00400000000000:87a55d, context 56:0000000000000000:37a3869d, seen e e 8 3 40 40",
  "dissect: a flag of the run": "EINVAL",
  "dissect: more than the flags": "EINVAL",
  "dissect: repeat 4": "BPF_OK, packet 56:0e00400000000000:c8e41ec0, seen e e 8 0 40 40",
  "dissect: too little room": "ENOSPC",
  "probe: a kprobe": "ENOTSUPP",
  "event: a tracepoint": "ENOTSUPP",
  "enter_one: the kernel's functions for it": "0",
  "leave_two: the kernel's functions for it": "0",
  "enter_one: a function that it is attached to": "0, seen 1 1",
  "leave_two: a function that it is attached to": "0, seen 2 3 5",
  "enter_one: a repeat of a function that it is attached to": "0, seen 1 1",
  "enter_one: a repeat of a function": "0",
  "enter_one: a packet for a function": "0",
  "enter_one: a context for a function": "0",
  "enter_one: a flag for a function": "EINVAL",
  "enter_one: a cpu for a function": "EINVAL",
  "typed_event: a typed tracepoint": "EFAULT",
}

/** Where 6.1 answers otherwise. */
const OLD_ANSWERS: Readonly<Record<string, string>> = {
  "xdp_look: metadata of 36 bytes": "EINVAL",
  "xdp_look: metadata of 216 bytes": "EINVAL",
  "xdp_move: metadata too large": "XDP_TX, packet 64:0000dcff00000000:20d2cd23, seen 0 fffffffffffffff3 0 40",
}

/** What a kernel of a release answers to a case. */
export function answerOn(release: string, name: string): string | undefined {
  return (release === "6.1" ? OLD_ANSWERS[name] : undefined) ?? ANSWERS[name]
}
