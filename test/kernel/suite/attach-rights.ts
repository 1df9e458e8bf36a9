/**
 * Every way to attach a program that is loaded already, and what that asks of the process: with the capabilities of `HELD`
 * alone it attaches, or is refused in these words. The same on a real kernel and on the embedded one.
 */
import type { AttachPoint, UserProgram, World } from "skep"
import type { Capability } from "skep/catalog"

export interface Answer {
  readonly errno: string
  /** Behind the program's name. */
  readonly message: string
}

export interface AttachRight {
  readonly what: string
  readonly program: string
  readonly point: AttachPoint | ((site: Site) => AttachPoint)
  /** One of these is enough; without any the answer is this. Nothing is asked where there is none. */
  readonly needs?: Need
  /** The same where the sysctl kernel.perf_event_paranoid is 2, and not Debian's 3. */
  readonly needsAtTwo?: Need
  /** What the process gets that holds it, where that is no attachment. */
  readonly otherwise?: Answer
  /** What 6.1 answers everybody. */
  readonly onOld?: Answer | "absent"
  /** What differs on 6.1. */
  readonly needsOnOld?: Need
  /** What a process without capabilities is told that takes it off; it may where there is none. */
  readonly needsToDetach?: Need
  /** Left out where the kernel loads no such program. */
  readonly isOptional?: boolean
}

interface Need extends Answer {
  readonly any: readonly Capability[]
}

export const HELD: readonly (readonly Capability[])[] = [
  [],
  ["CAP_BPF"],
  ["CAP_BPF", "CAP_PERFMON"],
  ["CAP_BPF", "CAP_NET_ADMIN"],
  ["CAP_SYS_ADMIN"],
]

/** What there is to attach, and to attach to. */
export interface Site extends AsyncDisposable {
  readonly programs: Readonly<Record<string, Attachable>>
  readonly maps: Readonly<Record<"sockets" | "numbers", { readonly id: number }>>
  readonly sockets: Readonly<Record<"plain" | "shared", number>>
}

interface Detachable {
  detach(): Promise<void>
}

interface Attachable {
  readonly id?: number
  attach(point: AttachPoint): Promise<Detachable>
}

const DEVICE = "rights0"
const GROUP = "/sys/fs/cgroup/rights"
const BINARY = "/tmp/rights-shop"
export const PARANOID = "/proc/sys/kernel/perf_event_paranoid"

type Load = (
  file: "attach-rights" | "base" | "replace" | "congestion",
  only: readonly string[] | undefined,
  target?: Attachable,
) => Promise<LoadedRights>

export interface LoadedRights extends AsyncDisposable {
  readonly programs: Readonly<Record<string, Attachable>>
  readonly maps: Readonly<Record<string, { readonly id: number; attach(): Promise<Detachable> }>>
}

const [SOL_SOCKET, SO_REUSEPORT] = [1, 15]
/** Not on every kernel. */
const APART = ["rule", "signals"]

/** `names` are those of the object's programs. */
export async function makeSite(
  world: World,
  load: Load,
  names: readonly string[],
  shop: UserProgram,
  hasNetkit: boolean,
): Promise<Site> {
  world.install(BINARY, shop)
  world.makePair(
    { name: DEVICE, addresses: ["10.78.0.1/24"] },
    { name: "rights1", addresses: ["10.78.1.1/24"] },
  )
  if (hasNetkit)
    world.makePair(
      { name: "rightsn0", addresses: [] },
      { name: "rightsn1", addresses: [] },
      { type: "netkit" },
    )
  world.makeGroup("rights")
  const plain = world.socket({ type: "datagram" })
  const shared = world.socket({ type: "datagram" })
  shared.setOption(SOL_SOCKET, SO_REUSEPORT, 1)
  shared.bind({ address: "127.0.0.1", port: 0 })
  const all = await load(
    "attach-rights",
    names.filter(name => !APART.includes(name)),
  )
  const loaded = [all]
  const programs: Record<string, Attachable> = { ...all.programs }
  for (const name of APART) {
    const object = await load("attach-rights", [name]).catch(() => undefined)
    if (!object) continue
    loaded.push(object)
    programs[name] = object.programs[name]!
  }
  const target = await load("base", ["ask"])
  const replacing = await load("replace", ["new_answer"], target.programs.ask!)
  const congestion = await load("congestion", undefined)
  loaded.push(target, replacing, congestion)
  programs.new_answer = replacing.programs.new_answer!
  programs.congestion = { attach: () => congestion.maps.plain!.attach() }
  return {
    programs,
    maps: all.maps as unknown as Site["maps"],
    sockets: { plain: plain.fd, shared: shared.fd },
    async [Symbol.asyncDispose]() {
      for (const object of loaded.reverse()) await object[Symbol.asyncDispose]()
    },
  }
}

const event = (message: string, any: readonly Capability[]): Need => ({
  any,
  errno: "EACCES",
  message: `${message}: Permission denied`,
})
/** Perf events: at 3 the kernel opens them for CAP_SYS_ADMIN alone. */
const events = (message: string, atTwo: readonly Capability[] = ["CAP_PERFMON", "CAP_SYS_ADMIN"]) => ({
  needs: event(message, ["CAP_SYS_ADMIN"]),
  needsAtTwo: event(message, atTwo),
})
const netlink = (place: string): Pick<AttachRight, "needs" | "needsToDetach"> => {
  const any = ["CAP_NET_ADMIN"] as const
  const why = "Operation not permitted (EPERM)"
  return {
    needs: { any, errno: "EPERM", message: `${place}: ${why}` },
    needsToDetach: { any, errno: "EPERM", message: `${place}: cannot be detached: ${why}` },
  }
}
const missing = (message: string): { readonly otherwise: Answer } => ({
  otherwise: { errno: "ENOENT", message },
})
const OTHER_TYPE: Answer = {
  errno: "EINVAL",
  message: "failed to attach to the perf event: Invalid argument",
}
const group = { kind: "cgroup", path: GROUP } as const
const xdp = { kind: "xdp", interface: DEVICE } as const
const tc = { kind: "tc", interface: DEVICE, direction: "egress" } as const
const uprobe = { kind: "uprobe", binary: BINARY, symbol: "shop_price" } as const
const usdt = { kind: "usdt", binary: BINARY, provider: "shop", name: "sale" } as const
const lwt = { kind: "lwt", route: "10.98.0.0/24", interface: DEVICE } as const
const noDevice = (place: string) => ({
  otherwise: { errno: "ENODEV", message: `${place}: no network interface is named 'nothing0' (ENODEV)` },
})
/** Since 6.9 CAP_SYS_ADMIN stands for CAP_NET_ADMIN there. */
const groupPackets = (answer: Answer) =>
  ({
    needs: { any: ["CAP_NET_ADMIN", "CAP_SYS_ADMIN"], ...answer },
    needsOnOld: { any: ["CAP_NET_ADMIN"], ...answer },
  }) as const
const GROUP_PROGRAMS = [
  "group_socket",
  "group_connect",
  "group_stream",
  "group_device",
  "group_sysctl",
  "group_option",
  "group_guard",
]

export const ATTACH_RIGHTS: readonly AttachRight[] = [
  {
    what: "kprobe",
    program: "probe",
    point: { kind: "kprobe", function: "do_unlinkat" },
    ...events("failed to create kprobe 'do_unlinkat+0x0' perf event"),
  },
  {
    what: "kretprobe",
    program: "probe",
    point: { kind: "kretprobe", function: "do_unlinkat" },
    ...events("failed to create kretprobe 'do_unlinkat+0x0' perf event"),
  },
  {
    what: "ksyscall",
    program: "probe",
    point: { kind: "ksyscall", syscall: "unlink" },
    ...events("failed to create kprobe '__x64_sys_unlink+0x0' perf event"),
  },
  {
    what: "kprobe on a function that is not there",
    program: "probe",
    point: { kind: "kprobe", function: "do_nothing_at_all" },
    ...events("failed to create kprobe 'do_nothing_at_all+0x0' perf event"),
    ...missing("failed to create kprobe 'do_nothing_at_all+0x0' perf event: No such file or directory"),
  },
  {
    what: "kprobe of a program for packets",
    program: "packet",
    point: { kind: "kprobe", function: "do_unlinkat" },
    ...events("failed to create kprobe 'do_unlinkat+0x0' perf event"),
    otherwise: OTHER_TYPE,
  },
  {
    what: "kprobe.multi",
    program: "probes",
    point: { kind: "kprobeMulti", functions: ["do_unlinkat"] },
    onOld: { errno: "EOPNOTSUPP", message: "failed to attach: Operation not supported" },
  },
  {
    what: "tracepoint",
    program: "event",
    point: { kind: "tracepoint", category: "sched", name: "sched_process_exec" },
    ...events("failed to open tracepoint 'sched/sched_process_exec' perf event"),
  },
  {
    what: "tracepoint that is not there",
    program: "event",
    point: { kind: "tracepoint", category: "sched", name: "sched_nothing" },
    ...missing(
      "failed to determine tracepoint 'sched/sched_nothing' perf event ID: No such file or directory",
    ),
  },
  {
    what: "raw tracepoint",
    program: "raw_event",
    point: { kind: "rawTracepoint", name: "sched_process_exec" },
  },
  { what: "tp_btf", program: "typed_event", point: { kind: "trace" } },
  { what: "fentry", program: "entry", point: { kind: "trace" } },
  { what: "fmod_ret", program: "modify", point: { kind: "trace" } },
  { what: "lsm", program: "guard", point: { kind: "trace" } },
  { what: "freplace", program: "new_answer", point: { kind: "trace" } },
  { what: "struct_ops", program: "congestion", point: { kind: "trace" } },
  {
    what: "uprobe",
    program: "user_probe",
    point: uprobe,
    ...events("failed to create uprobe '/tmp/rights-shop:N' perf event", ["CAP_SYS_ADMIN"]),
  },
  {
    what: "uretprobe",
    program: "user_probe",
    point: { ...uprobe, kind: "uretprobe" },
    ...events("failed to create uretprobe '/tmp/rights-shop:N' perf event", ["CAP_SYS_ADMIN"]),
  },
  {
    what: "uprobe on a function that is not there",
    program: "user_probe",
    point: { ...uprobe, symbol: "shop_nothing" },
    ...missing("/tmp/rights-shop: failed to find symbol 'shop_nothing' (ENOENT)"),
  },
  {
    what: "uprobe.multi",
    program: "user_probes",
    point: { kind: "uprobeMulti", binary: BINARY, functions: ["shop_price"] },
    onOld: { errno: "EINVAL", message: "failed to attach multi-uprobe: Invalid argument" },
  },
  {
    what: "usdt",
    program: "user_marker",
    point: usdt,
    ...events("failed to create uprobe '/tmp/rights-shop:N' perf event", ["CAP_SYS_ADMIN"]),
  },
  {
    what: "samples",
    program: "sample",
    point: { kind: "perfEvent", event: "cpu-clock", frequency: 1 },
    ...events("failed to open perf event cpu-clock of CPU 0"),
  },
  {
    what: "samples of this process",
    program: "sample",
    point: { kind: "perfEvent", event: "cpu-clock", frequency: 1, pid: 0 },
    ...events("failed to open perf event cpu-clock of process 0"),
  },
  {
    what: "samples of what the machine does not count",
    program: "sample",
    point: { kind: "perfEvent", event: "cpu-cycles", period: 1000 },
    ...events("failed to open perf event cpu-cycles of CPU 0"),
    ...missing("failed to open perf event cpu-cycles of CPU 0: No such file or directory"),
  },
  {
    what: "uprobe of a program for packets",
    program: "packet",
    point: uprobe,
    ...events("failed to create uprobe '/tmp/rights-shop:N' perf event", ["CAP_SYS_ADMIN"]),
    otherwise: OTHER_TYPE,
  },
  {
    what: "usdt of a program for packets",
    program: "packet",
    point: usdt,
    ...events("failed to create uprobe '/tmp/rights-shop:N' perf event", ["CAP_SYS_ADMIN"]),
    otherwise: OTHER_TYPE,
  },
  {
    what: "samples for a program for packets",
    program: "packet",
    point: { kind: "perfEvent", event: "cpu-clock", frequency: 1 },
    ...events("failed to open perf event cpu-clock of CPU 0"),
    otherwise: OTHER_TYPE,
  },
  { what: "iterator", program: "tasks", point: { kind: "iter" } },
  {
    what: "iterator over a map",
    program: "elements",
    point: ({ maps }) => ({ kind: "iter", map: maps.numbers.id }),
    needs: {
      any: ["CAP_SYS_ADMIN"],
      errno: "EPERM",
      message: "map N cannot be opened: Operation not permitted",
    },
  },
  { what: "xdp", program: "packet", point: xdp },
  { what: "xdp by netlink", program: "packet", point: { ...xdp, by: "netlink" }, ...netlink("xdp rights0") },
  {
    what: "xdp by netlink on a device that is not there",
    program: "packet",
    point: { kind: "xdp", interface: "nothing0", by: "netlink" },
    ...noDevice("xdp nothing0"),
  },
  { what: "tc", program: "classifier", point: tc, ...netlink("tc rights0 egress") },
  { what: "tc action", program: "act", point: tc, ...netlink("tc rights0 egress") },
  {
    what: "tc on a device that is not there",
    program: "classifier",
    point: { ...tc, interface: "nothing0" },
    ...noDevice("tc nothing0 egress"),
  },
  {
    what: "tcx",
    program: "chained",
    point: { kind: "tcx", interface: DEVICE, direction: "ingress" },
    onOld: {
      errno: "EINVAL",
      message: "tcx rights0 ingress: a tcx program needs Linux 6.6 or newer, this is 6.1 (EINVAL)",
    },
  },
  {
    what: "netkit",
    program: "primary",
    point: { kind: "netkit", interface: "rightsn0", end: "primary" },
    onOld: {
      errno: "ENODEV",
      message: "netkit rightsn0 primary: no network interface is named 'rightsn0' (ENODEV)",
    },
  },
  {
    what: "packets of a group",
    program: "group_packet",
    point: group,
    ...groupPackets({
      errno: "EPERM",
      message: "cgroup /sys/fs/cgroup/rights: Operation not permitted (EPERM)",
    }),
  },
  {
    what: "packets of a group, by attach",
    program: "group_packet",
    point: { ...group, by: "attach" },
    ...groupPackets({
      errno: "EINVAL",
      message: "cgroup /sys/fs/cgroup/rights: Invalid argument (EINVAL)",
    }),
  },
  {
    what: "packets of a group that is not there",
    program: "group_packet",
    point: { ...group, path: `${GROUP}-not` },
    ...missing("cgroup /sys/fs/cgroup/rights-not: No such file or directory (ENOENT)"),
  },
  {
    what: "a group, in place of another program",
    program: "group_connect",
    point: ({ programs }) => ({
      ...group,
      by: "attach",
      flags: ["multi"],
      replaces: programs.group_connect!.id!,
    }),
    needs: {
      any: ["CAP_SYS_ADMIN"],
      errno: "EPERM",
      message: "cgroup /sys/fs/cgroup/rights: BPF_PROG_GET_FD_BY_ID: Operation not permitted (EPERM)",
    },
    otherwise: {
      errno: "ENOENT",
      message: "cgroup /sys/fs/cgroup/rights: No such file or directory (ENOENT)",
    },
  },
  ...GROUP_PROGRAMS.flatMap(program =>
    (["link", "attach"] as const).map(by => ({
      what: `${program} by ${by}`,
      program,
      point: { ...group, by },
    })),
  ),
  { what: "sk_lookup", program: "lookup", point: { kind: "netns" } },
  { what: "flow dissector", program: "dissector", point: { kind: "netns" } },
  { what: "flow dissector by attach", program: "dissector", point: { kind: "netns", by: "attach" } },
  {
    what: "socket filter",
    program: "filter",
    point: ({ sockets }) => ({ kind: "socket", fd: sockets.plain }),
  },
  {
    what: "reuseport group",
    program: "selector",
    point: ({ sockets }) => ({ kind: "socket", fd: sockets.shared, reuseport: true }),
  },
  {
    what: "sockmap",
    program: "message",
    point: ({ maps }) => ({ kind: "sockmap", map: maps.sockets.id }),
    needs: {
      any: ["CAP_SYS_ADMIN"],
      errno: "EPERM",
      message: "sockmap N: BPF_MAP_GET_FD_BY_ID: Operation not permitted (EPERM)",
    },
  },
  {
    what: "route in",
    program: "tunnel_in",
    point: { ...lwt, hook: "in" },
    ...netlink("lwt in 10.98.0.0/24 dev rights0"),
  },
  {
    what: "route xmit",
    program: "tunnel",
    point: { ...lwt, hook: "xmit" },
    ...netlink("lwt xmit 10.98.0.0/24 dev rights0"),
  },
  {
    what: "segment routing",
    program: "segment",
    point: { ...lwt, route: "fd98::1/128", hook: "seg6local" },
    ...netlink("lwt seg6local fd98::1/128 dev rights0"),
  },
  {
    what: "route over a device that is not there",
    program: "tunnel",
    point: { ...lwt, interface: "nothing0", hook: "xmit" },
    ...noDevice("lwt xmit 10.98.0.0/24 dev nothing0"),
  },
  {
    what: "netfilter",
    program: "rule",
    point: { kind: "netfilter", family: "ipv4", hook: "input", priority: 78 },
    onOld: "absent",
  },
  {
    what: "infrared receiver",
    program: "signals",
    point: { kind: "lirc", device: "/dev/lirc0" },
    isOptional: true,
  },
]

interface KernelUnderTest {
  readonly isOld: boolean
  /** kernel.perf_event_paranoid. */
  readonly level: 2 | 3
  /** What may be left behind: descriptors, memory. */
  readonly left: () => number
}

/** What came of attachments by a process that holds these capabilities alone, where it is not as told. */
export async function wrongAnswers(
  world: World,
  site: Site,
  held: readonly Capability[],
  kernel: KernelUnderTest,
): Promise<string[]> {
  const wrong: string[] = []
  for (const right of ATTACH_RIGHTS) {
    // Who holds more may do no less: what asks for nothing is tried without anything.
    if (kernel.level === 2 ? !right.needsAtTwo : !right.needs && held.length > 0) continue
    if (right.isOptional && !site.programs[right.program]) continue
    const expected = expectedOf(right, held, kernel)
    const before = kernel.left()
    const { link, answer } = await attach(site, right, action => world.withCapabilities(held, action))
    if (!link && kernel.left() !== before) wrong.push(`${right.what}: leaves something behind`)
    if (answer !== expected) wrong.push(`${right.what} at ${kernel.level}: ${answer}, not ${expected}`)
    if (link && held.length === 0) wrong.push(...(await wrongDetaching(world, link, right)))
    await link?.detach()
  }
  return wrong
}

/** What is refused to a process without capabilities that another one attached. */
export async function wrongDetachings(world: World, site: Site): Promise<string[]> {
  const wrong: string[] = []
  for (const right of ATTACH_RIGHTS.filter(({ needsToDetach }) => needsToDetach)) {
    const { link } = await attach(site, right, action => action())
    if (!link) continue
    wrong.push(...(await wrongDetaching(world, link, right)))
    await link.detach()
  }
  return wrong
}

async function wrongDetaching(world: World, link: Detachable, right: AttachRight): Promise<string[]> {
  const answer = await world.withCapabilities([], () => link.detach().then(() => "detached", refusalOf))
  const need = right.needsToDetach
  const expected = need ? refused(need) : "detached"
  return answer === expected ? [] : [`${right.what}: ${answer}, not ${expected}`]
}

function expectedOf(
  { needs, needsAtTwo, otherwise, onOld, needsOnOld = needs }: AttachRight,
  held: readonly Capability[],
  { isOld, level }: KernelUnderTest,
): string {
  if (isOld && onOld) return typeof onOld === "string" ? onOld : textOf(onOld)
  const need = level === 2 ? needsAtTwo : isOld ? needsOnOld : needs
  if (need && !need.any.some(capability => held.includes(capability))) return refused(need)
  return otherwise ? textOf(otherwise) : "attached"
}

async function attach(
  site: Site,
  { program, point }: AttachRight,
  as: <T>(action: () => Promise<T>) => Promise<T>,
): Promise<{ readonly link?: Detachable; readonly answer: string }> {
  const loaded = site.programs[program]
  if (!loaded) return { answer: "absent" }
  try {
    const link = await as(() => loaded.attach(typeof point === "function" ? point(site) : point))
    return { link, answer: "attached" }
  } catch (error) {
    return { answer: refusalOf(error) }
  }
}

const LACKS = /this process lacks ((?:CAP_\w+(?:, or )?)+)/

function refusalOf(error: unknown): string {
  const { message, errno = "", hint = "" } = error as Error & { errno?: string; hint?: string }
  const text = message
    .replace(/^prog '\w+': /, "")
    .replace(/\b(sockmap|map) \d+/, "$1 N")
    .replace(/:0x[0-9a-f]+'/, ":N'")
  const [, lacks] = LACKS.exec(hint) ?? []
  return textOf({ errno, message: text }) + (lacks ? `, lacks ${lacks}` : "")
}

function refused(need: Need): string {
  return `${textOf(need)}, lacks ${need.any.join(", or ")}`
}

function textOf({ errno, message }: Answer): string {
  return `${errno} "${message}"`
}
