/**
 * Wrong places for the programs of test/kernel/programs/attach-refusals.bpf.c, and what attaching there ends with: the errno,
 * and how the message goes on behind the program's name. The same on a real kernel and on the embedded one.
 */
import type { AttachPoint, World } from "skep"

export interface Refusal {
  readonly errno: string
  readonly message: string
}

export interface WrongPlace {
  /** What is wrong. */
  readonly what: string
  readonly program: string
  readonly point: AttachPoint | ((ids: { readonly map: number }) => AttachPoint)
  /** What is attached before. */
  readonly first?: { readonly program: string; readonly point: AttachPoint }
  /** "absent" where the kernel loads no such program. */
  readonly answer: Refusal | "absent"
  /** What differs on 6.1. */
  readonly onOld?: Refusal | "absent"
  /** What differs on the reference kernel, which has more devices. */
  readonly onReference?: Refusal
}

/** A pair of devices, and a group. */
export const DEVICE = "wrong0"
export const GROUP = "/sys/fs/cgroup/wrong"

/** A file with nothing in it. */
const PLAIN = "/tmp/plain"

export function prepare(world: World): void {
  world.open(PLAIN, { create: true })
  world.makePair(
    { name: DEVICE, addresses: ["10.77.0.1/24"] },
    { name: "wrong1", addresses: ["10.77.1.1/24"] },
  )
  world.makeGroup("wrong")
}

const xdp = { kind: "xdp", interface: DEVICE } as const
const tc = { kind: "tc", interface: DEVICE, direction: "ingress" } as const
const group = { kind: "cgroup", path: GROUP } as const

export const WRONG_PLACES: readonly WrongPlace[] = [
  {
    what: "a function that is not there",
    program: "probe",
    point: { kind: "kprobe", function: "do_nothing_at_all" },
    answer: {
      errno: "ENOENT",
      message: "failed to create kprobe 'do_nothing_at_all+0x0' perf event: No such file or directory",
    },
  },
  {
    what: "a function that must not be probed",
    program: "probe",
    point: { kind: "kprobe", function: "asm_exc_int3" },
    answer: {
      errno: "EINVAL",
      message: "failed to create kprobe 'asm_exc_int3+0x0' perf event: Invalid argument",
    },
  },
  {
    what: "the return of a function that is not there",
    program: "probe",
    point: { kind: "kretprobe", function: "do_nothing_at_all" },
    answer: {
      errno: "ENOENT",
      message: "failed to create kretprobe 'do_nothing_at_all+0x0' perf event: No such file or directory",
    },
  },
  {
    what: "a system call that is not there",
    program: "probe",
    point: { kind: "ksyscall", syscall: "nothing_at_all" },
    answer: {
      errno: "ENOENT",
      message: "failed to create kprobe '__x64_sys_nothing_at_all+0x0' perf event: No such file or directory",
    },
  },
  {
    what: "a pattern that fits no function",
    program: "probes",
    point: { kind: "kprobeMulti", functions: "do_nothing_at_all*" },
    answer: { errno: "ENOENT", message: "no traceable function matches 'do_nothing_at_all*' (ENOENT)" },
  },
  {
    what: "many functions, one not there",
    program: "probes",
    point: { kind: "kprobeMulti", functions: ["do_unlinkat", "do_nothing_at_all"] },
    answer: { errno: "ENOENT", message: "failed to attach: No such file or directory" },
    onOld: { errno: "EOPNOTSUPP", message: "failed to attach: Operation not supported" },
  },
  {
    what: "an event that is not there",
    program: "event",
    point: { kind: "tracepoint", category: "sched", name: "sched_nothing" },
    answer: {
      errno: "ENOENT",
      message:
        "failed to determine tracepoint 'sched/sched_nothing' perf event ID: No such file or directory",
    },
  },
  {
    what: "a raw tracepoint that is not there",
    program: "raw_event",
    point: { kind: "rawTracepoint", name: "sched_nothing" },
    answer: {
      errno: "ENOENT",
      message: "failed to open raw tracepoint 'sched_nothing': No such file or directory",
    },
  },
  {
    what: "a library that is not there",
    program: "user_probe",
    point: { kind: "uprobe", binary: "/nowhere/libnothing.so", symbol: "f" },
    answer: {
      errno: "ENOENT",
      message: "/nowhere/libnothing.so: cannot be opened: No such file or directory (ENOENT) (and no hint)",
    },
  },
  {
    what: "markers of a library that is not there",
    program: "user_marker",
    point: { kind: "usdt", binary: "/nowhere/libnothing.so", provider: "p", name: "n" },
    answer: {
      errno: "ENOENT",
      message: "/nowhere/libnothing.so: cannot be opened: No such file or directory (ENOENT) (and no hint)",
    },
  },
  {
    what: "an event that the machine does not count",
    program: "sample",
    point: { kind: "perfEvent", event: "cpu-cycles", period: 1000 },
    answer: {
      errno: "ENOENT",
      message: "failed to open perf event cpu-cycles of CPU 0: No such file or directory",
    },
  },
  {
    what: "a device that is not there",
    program: "packet",
    point: { kind: "xdp", interface: "nothing0" },
    answer: { errno: "ENODEV", message: "xdp nothing0: no network interface is named 'nothing0' (ENODEV)" },
  },
  {
    what: "the device's own processor",
    program: "packet",
    point: { ...xdp, mode: "offload" },
    answer: { errno: "EINVAL", message: "xdp wrong0 offload: Invalid argument (EINVAL) (and no hint)" },
  },
  {
    what: "a second program on a device",
    program: "other_packet",
    point: xdp,
    first: { program: "packet", point: xdp },
    answer: { errno: "EBUSY", message: "xdp wrong0: XDP program already attached (id N) (EBUSY)" },
  },
  {
    what: "a second program on a device, by netlink",
    program: "other_packet",
    point: { ...xdp, by: "netlink" },
    first: { program: "packet", point: { ...xdp, by: "netlink" } },
    answer: {
      errno: "EBUSY",
      message: "xdp wrong0: XDP program already attached: program N is there (EBUSY)",
    },
  },
  {
    what: "a generic program beside a native one",
    program: "other_packet",
    point: { ...xdp, mode: "generic" },
    first: { program: "packet", point: { ...xdp, mode: "native" } },
    answer: {
      errno: "EEXIST",
      message:
        "xdp wrong0 generic: Native and generic XDP can't be active at the same time: program N is there in native mode (EEXIST)",
    },
  },
  {
    what: "a filter on a device that is not there",
    program: "classifier",
    point: { ...tc, interface: "nothing0" },
    answer: {
      errno: "ENODEV",
      message: "tc nothing0 ingress: no network interface is named 'nothing0' (ENODEV)",
    },
  },
  {
    what: "a filter's place that is taken",
    program: "classifier",
    point: { ...tc, priority: 1, handle: 1 },
    first: { program: "classifier", point: { ...tc, priority: 1, handle: 1 } },
    answer: { errno: "EEXIST", message: "tc wrong0 ingress: Filter already exists (EEXIST)" },
  },
  {
    what: "a chain on a device that is not there",
    program: "chained",
    point: { kind: "tcx", interface: "nothing0", direction: "ingress" },
    answer: {
      errno: "ENODEV",
      message: "tcx nothing0 ingress: no network interface is named 'nothing0' (ENODEV)",
    },
  },
  {
    what: "behind a program that is not in the chain",
    program: "chained",
    point: { kind: "tcx", interface: DEVICE, direction: "ingress", after: 0x7fff_0000 },
    answer: {
      errno: "ENOENT",
      message: "tcx wrong0 ingress: no program N stands there to be after (ENOENT) (and no hint)",
    },
    onOld: {
      errno: "EINVAL",
      message: "tcx wrong0 ingress: a tcx program needs Linux 6.6 or newer, this is 6.1 (EINVAL)",
    },
  },
  {
    what: "a device that is no netkit",
    program: "primary",
    point: { kind: "netkit", interface: DEVICE, end: "primary" },
    answer: { errno: "ENXIO", message: "netkit wrong0 primary: wrong0 is no netkit device (ENXIO)" },
    onOld: {
      errno: "EINVAL",
      message:
        "netkit wrong0 primary: a netkit program needs Linux 6.7 or newer, this is 6.1 (EINVAL) (and no hint)",
    },
  },
  {
    what: "a group that is not there",
    program: "group_packet",
    point: { kind: "cgroup", path: "/sys/fs/cgroup/nothing" },
    answer: { errno: "ENOENT", message: "cgroup /sys/fs/cgroup/nothing: No such file or directory (ENOENT)" },
  },
  {
    what: "a folder that is no group",
    program: "group_packet",
    point: { kind: "cgroup", path: "/tmp" },
    answer: { errno: "EBADF", message: "cgroup /tmp: /tmp is no control group (EBADF)" },
  },
  {
    what: "a second program on a group for one alone",
    program: "other_group_packet",
    point: { ...group, by: "attach" },
    first: { program: "group_packet", point: { ...group, by: "attach", flags: ["multi"] } },
    answer: {
      errno: "EPERM",
      message: "cgroup /sys/fs/cgroup/wrong: program N stands there with other flags (EPERM)",
    },
  },
  {
    what: "in place of a program that is not there",
    program: "group_packet",
    point: { ...group, by: "attach", flags: ["multi"], replaces: 0x7fff_0000 },
    answer: {
      errno: "ENOENT",
      message:
        "cgroup /sys/fs/cgroup/wrong: BPF_PROG_GET_FD_BY_ID: No such file or directory (ENOENT) (and no hint)",
    },
  },
  {
    what: "a namespace that is not there",
    program: "lookup",
    point: { kind: "netns", path: "/var/run/netns/nothing" },
    answer: { errno: "ENOENT", message: "netns /var/run/netns/nothing: No such file or directory (ENOENT)" },
  },
  {
    what: "a file that is no namespace",
    program: "lookup",
    point: { kind: "netns", path: PLAIN },
    answer: { errno: "EINVAL", message: "netns /tmp/plain: Invalid argument (EINVAL)" },
  },
  {
    what: "a second flow dissector",
    program: "other_dissector",
    point: { kind: "netns" },
    first: { program: "dissector", point: { kind: "netns" } },
    answer: {
      errno: "E2BIG",
      message: "netns /proc/self/ns/net: program N is there, and one has room (E2BIG)",
    },
  },
  {
    what: "a descriptor that is not open",
    program: "filter",
    point: { kind: "socket", fd: 9999 },
    answer: { errno: "EBADF", message: "socket 9999: this process has no such socket (EBADF)" },
  },
  {
    what: "a map that is not there",
    program: "message",
    point: { kind: "sockmap", map: 0x7fff_0000 },
    answer: {
      errno: "ENOENT",
      message: "sockmap N: BPF_MAP_GET_FD_BY_ID: No such file or directory (ENOENT) (and no hint)",
    },
  },
  {
    what: "a map without sockets",
    program: "message",
    point: ({ map }) => ({ kind: "sockmap", map }),
    answer: { errno: "EINVAL", message: "sockmap N: Invalid argument (EINVAL)" },
    onOld: { errno: "EOPNOTSUPP", message: "sockmap N: Operation not supported (EOPNOTSUPP)" },
  },
  {
    what: "a route over a device that is not there",
    program: "tunnel",
    point: { kind: "lwt", route: "10.99.0.0/24", interface: "nothing0", hook: "xmit" },
    answer: {
      errno: "ENODEV",
      message: "lwt xmit 10.99.0.0/24 dev nothing0: no network interface is named 'nothing0' (ENODEV)",
    },
  },
  {
    what: "a priority that connection tracking keeps",
    program: "rule",
    point: { kind: "netfilter", family: "ipv4", hook: "input", priority: -0x8000_0000 },
    answer: {
      errno: "ERANGE",
      message: "netfilter ipv4 input -2147483648: priority -2147483648 is kept for others (ERANGE)",
    },
    onOld: "absent",
  },
  {
    what: "a receiver that is not there",
    program: "signals",
    point: { kind: "lirc", device: "/dev/lirc9" },
    answer: "absent",
    onReference: { errno: "ENOENT", message: "lirc /dev/lirc9: No such file or directory (ENOENT)" },
  },
  {
    what: "the elements of no map",
    program: "elements",
    point: { kind: "iter" },
    answer: { errno: "EBADF", message: "failed to attach to iterator: Bad file descriptor" },
  },
  {
    what: "the elements of a map that is not there",
    program: "elements",
    point: { kind: "iter", map: 0x7fff_0000 },
    answer: {
      errno: "ENOENT",
      message: "map 2147418112 cannot be opened: No such file or directory (and no hint)",
    },
  },
  {
    what: "a device's hook, with a program for groups",
    program: "group_packet",
    point: xdp,
    answer: {
      errno: "EINVAL",
      message: "xdp wrong0: it is a cgroup_skb program, and xdp programs go there (EINVAL)",
    },
  },
  {
    what: "a group, with a program for devices",
    program: "packet",
    point: group,
    answer: {
      errno: "EINVAL",
      message: "cgroup /sys/fs/cgroup/wrong: xdp programs of attach type xdp do not run there (EINVAL)",
    },
  },
  {
    what: "a function, with a program for packets",
    program: "packet",
    point: { kind: "kprobe", function: "do_unlinkat" },
    answer: {
      errno: "EINVAL",
      message: "failed to attach to the perf event: Invalid argument",
    },
  },
  {
    what: "an event, with a program for packets",
    program: "packet",
    point: { kind: "tracepoint", category: "sched", name: "sched_switch" },
    answer: {
      errno: "EINVAL",
      message: "failed to attach to the perf event: Invalid argument",
    },
  },
  {
    what: "many functions, with a program for packets",
    program: "packet",
    point: { kind: "kprobeMulti", functions: ["do_unlinkat"] },
    answer: { errno: "EINVAL", message: "failed to attach: Invalid argument" },
  },
  {
    what: "a raw tracepoint, with a program for packets",
    program: "packet",
    point: { kind: "rawTracepoint", name: "sched_switch" },
    answer: {
      errno: "EINVAL",
      message: "failed to open raw tracepoint 'sched_switch': Invalid argument",
    },
  },
  {
    what: "an iterator, with a program for packets",
    program: "packet",
    point: { kind: "iter" },
    answer: { errno: "EINVAL", message: "failed to attach to iterator: Invalid argument" },
  },
  {
    what: "no place of its own, with a program for packets",
    program: "packet",
    point: { kind: "trace" },
    answer: { errno: "EINVAL", message: "failed to attach: Invalid argument" },
  },
  {
    what: "a chain, with a program for functions",
    program: "probe",
    point: { kind: "tcx", interface: DEVICE, direction: "ingress" },
    answer: {
      errno: "EINVAL",
      message: "tcx wrong0 ingress: it is a kprobe program, and sched_cls programs go there (EINVAL)",
    },
  },
  {
    what: "a socket map, with a program for packets",
    program: "packet",
    point: ({ map }) => ({ kind: "sockmap", map }),
    answer: {
      errno: "EINVAL",
      message: "sockmap N: xdp programs of attach type xdp do not run there (EINVAL)",
    },
  },
]

/** What loading and attaching end with: the refusal, "attached", or "absent" where the program does not load. */
export async function answerOf(
  load: (names: readonly string[]) => Promise<LoadedPrograms>,
  { program, point, first }: WrongPlace,
  check: { readonly before?: () => void; readonly after?: () => void } = {},
): Promise<Refusal | "attached" | "absent"> {
  const loaded = await load([program, ...(first ? [first.program] : [])]).catch(() => undefined)
  if (!loaded) return "absent"
  await using object = loaded
  if (first) await object.programs[first.program]!.attach(first.point)
  check.before?.()
  try {
    await object.programs[program]!.attach(typeof point === "function" ? point({ map: object.mapId }) : point)
    return "attached"
  } catch (error) {
    check.after?.()
    const { message, errno = "", hint } = error as Error & { errno?: string; hint?: string }
    const text = message.replace(/^prog '\w+': /, "").replace(/\b(program|id|sockmap) \d+/g, "$1 N")
    return { errno, message: hint ? text : `${text} (and no hint)` }
  }
}

export interface LoadedPrograms extends AsyncDisposable {
  readonly programs: Readonly<Record<string, { attach(point: AttachPoint): Promise<unknown> }>>
  /** The id of map `numbers`. */
  readonly mapId: number
}
