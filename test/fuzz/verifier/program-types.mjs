// The program types of random programs: what their contexts hold, and what they may return.

/** `fields`: offset and size of what may be read; `packet`: offsets of data and data_end. */
export const TYPES = [
  {
    name: "socket_filter",
    number: 1,
    fields: [
      [0, 4],
      [4, 4],
      [8, 4],
      [16, 4],
      [48, 4],
      [56, 4],
    ],
    writes: [
      [48, 4],
      [64, 4],
    ],
  },
  {
    name: "kprobe",
    number: 2,
    fields: [
      [0, 8],
      [8, 8],
      [80, 8],
      [112, 8],
      [152, 8],
    ],
    writes: [],
  },
  {
    name: "sched_cls",
    number: 3,
    fields: [
      [0, 4],
      [4, 4],
      [8, 4],
      [44, 4],
      [68, 4],
    ],
    writes: [
      [8, 4],
      [48, 4],
      [72, 4],
    ],
    packet: [76, 80],
  },
  {
    name: "tracepoint",
    number: 5,
    fields: [
      [8, 8],
      [16, 8],
      [24, 4],
      [32, 1],
    ],
    writes: [],
  },
  {
    name: "xdp",
    number: 6,
    fields: [
      [12, 4],
      [16, 4],
    ],
    writes: [],
    packet: [0, 4],
  },
  {
    name: "perf_event",
    number: 7,
    fields: [
      [0, 8],
      [16, 8],
      [168, 8],
      [176, 8],
    ],
    writes: [],
  },
  {
    name: "cgroup_skb",
    number: 8,
    attach: 0,
    attachName: "cgroup_inet_ingress",
    fields: [
      [0, 4],
      [4, 4],
      [16, 4],
      [40, 4],
    ],
    writes: [
      [8, 4],
      [48, 4],
    ],
    packet: [76, 80],
    returns: [0, 1],
  },
  {
    name: "raw_tracepoint",
    number: 17,
    fields: [
      [0, 8],
      [8, 8],
      [16, 8],
    ],
    writes: [],
  },
  {
    name: "cgroup_sock_addr",
    number: 18,
    attach: 10,
    attachName: "cgroup_inet4_connect",
    fields: [
      [0, 4],
      [4, 4],
      [24, 4],
      [28, 4],
    ],
    writes: [
      [4, 4],
      [24, 4],
    ],
    returns: [0, 1],
  },
]
