// Whether each attach style of docs/kernels.md can be attached on the embedded kernel: loads the program that the suite attaches on
// real kernels, and attaches it to the same kind of place. That programs run there and answer right, the exhibits show.
import { readFileSync } from "node:fs"
import { transform } from "sucrase"
import { SkepError } from "../../dist/base/index.js"
import { bootKernel } from "../../dist/embedded/index.js"
import { readObject } from "../../dist/object/index.js"
import { loadBuiltinProfile } from "../../dist/profile/node.js"

const DEVICE = "v0"
const GROUP = "/sys/fs/cgroup/styles"
const TARGET = "/bin/shop"

/** A program of user space with functions to probe. */
const SHOP = { image: await imageOf("../../exhibits/programs/shop-image.ts"), functions: {} }

async function imageOf(path) {
  const { code } = transform(readFileSync(new URL(path, import.meta.url), "utf8"), {
    transforms: ["typescript"],
  })
  const [image] = Object.values(await import(`data:text/javascript,${encodeURIComponent(code)}`))
  return Buffer.from(image.join(""), "base64")
}

const objects = new Map()
function objectOf(name) {
  if (!objects.has(name)) {
    const bytes = readFileSync(new URL(`programs/${name}.bpf.o`, import.meta.url))
    objects.set(name, readObject(bytes, { name }))
  }
  return objects.get(name)
}

/** A style without an attach point: what is done instead. */
const doing = (object, program, act) => ({ object, program, act })
const runs = (program, input) =>
  doing("base", program, async loaded => {
    await loaded.programs[program].run(input)
  })
const registers = (object, map) =>
  doing(object, undefined, async loaded => {
    await loaded.maps[map].attach()
  })
/** A program on a function of another program. */
const onProgram = (program, target) =>
  doing("base", "ask", async (loaded, _world, kernel) => {
    const targets = { [program]: { program: loaded.programs.ask, ...target } }
    const changed = await kernel.load(objectOf("replace"), { only: [program], targets })
    await changed.attach()
  })
const inGroup = program => ({
  ...at("network", program),
  point(_loaded, world) {
    const socket = world.socket({ type: "datagram" })
    socket.setOption(SOL_SOCKET, SO_REUSEPORT, 1)
    socket.bind({ address: "127.0.0.1", port: 0 })
    return { kind: "socket", fd: socket.fd, reuseport: true }
  },
})
const [SOL_SOCKET, SO_REUSEPORT] = [1, 15]

const own = (object, program) => ({ object, program, point: () => undefined })
const at = (object, program, point) => ({ object, program, point: () => point })
const sockmap = (program, by) => ({
  object: "network",
  program,
  point: ({ maps }) => ({ kind: "sockmap", map: maps.sockets.id, by }),
})
const network = (program, point) => at("network", program, { interface: DEVICE, ...point })

const STYLES = {
  "socket_filter\treuseport group (SO_ATTACH_REUSEPORT_EBPF)": inGroup("reuseport_index"),
  "sk_reuseport\tsk_reuseport": inGroup("select"),
  "syscall\ttest run": runs("add", { context: new Uint8Array(64) }),
  "raw_tracepoint\ttest run": runs("enter", { context: new Uint8Array(16) }),
  "struct_ops\tstruct_ops by value": registers("congestion", "plain"),
  "struct_ops\tstruct_ops by link": registers("congestion-link", "linked"),
  "ext\tfreplace": onProgram("new_answer", { function: "answer" }),
  "tracing\tfentry and fexit of a program": onProgram("enter_answer", {}),
  "socket_filter\tsocket (SO_ATTACH_BPF)": {
    ...at("network", "socket_filter"),
    point: (_loaded, world) => ({ kind: "socket", fd: world.socket({ type: "datagram" }).fd }),
  },
  "kprobe\tkprobe": own("hooks", "on_kprobe"),
  "kprobe\tkretprobe": own("hooks", "on_kretprobe"),
  "kprobe\tksyscall": own("hooks", "on_ksyscall"),
  "kprobe\tkretsyscall": own("hooks", "on_kretsyscall"),
  "kprobe\tkprobe.multi": at("functions", "on_entry", { kind: "kprobeMulti", functions: "vfs_rmdir" }),
  "kprobe\tkretprobe.multi": own("functions", "on_return"),
  "kprobe\tkprobe.session": own("functions", "on_session"),
  "tracepoint\ttracepoint": own("hooks", "on_tracepoint"),
  "raw_tracepoint\traw_tracepoint": own("hooks", "on_raw_tracepoint"),
  "raw_tracepoint_writable\traw_tracepoint.w": own("hooks", "on_writable"),
  "tracing\ttp_btf": own("hooks", "on_tp_btf"),
  "tracing\tfentry": own("hooks", "on_fentry"),
  "tracing\tfexit": own("decide", "fexit_rmdir"),
  "tracing\tfmod_ret": own("decide", "modify_rmdir"),
  "tracing\titer/task": own("iterators", "dump_task"),
  "tracing\titer.s/task": own("iterators", "dump_task_sleepable"),
  "tracing\titer/bpf_map_elem": {
    object: "iterators",
    program: "dump_ages",
    point: ({ maps }) => ({ kind: "iter", map: maps.ages.id }),
  },
  "tracing\titer/cgroup": at("iterators", "dump_cgroup", { kind: "iter", cgroup: GROUP }),
  "lsm\tlsm": own("decide", "lsm_rmdir"),
  "lsm\tlsm.s": own("decide", "lsm_rmdir_sleepable"),
  "kprobe\tuprobe": at("probes", "on_call", { kind: "uprobe", binary: TARGET, symbol: "shop_price" }),
  "kprobe\tuprobe.s": at("probes", "on_call_sleepable", {
    kind: "uprobe",
    binary: TARGET,
    symbol: "shop_price",
  }),
  "kprobe\turetprobe": at("probes", "on_return", {
    kind: "uretprobe",
    binary: TARGET,
    symbol: "shop_price",
  }),
  "kprobe\tuprobe.multi": at("probes", "on_many", {
    kind: "uprobeMulti",
    binary: TARGET,
    functions: "shop_*",
  }),
  "kprobe\turetprobe.multi": at("probes", "on_many_returns", {
    kind: "uprobeMulti",
    binary: TARGET,
    functions: "shop_*",
    return: true,
  }),
  "sched_cls\tnetkit primary": at("network", "netkit_primary", {
    kind: "netkit",
    interface: "nk0",
    end: "primary",
  }),
  "sched_cls\tnetkit peer": at("network", "netkit_peer", { kind: "netkit", interface: "nk0", end: "peer" }),
  "sched_cls\ttc ingress (clsact, direct action)": network("classify", { kind: "tc", direction: "ingress" }),
  "sched_cls\ttc egress (clsact, direct action)": network("classify", { kind: "tc", direction: "egress" }),
  "sched_cls\ttcx ingress": network("tcx_ingress", { kind: "tcx", direction: "ingress" }),
  "sched_cls\ttcx egress": network("tcx_egress", { kind: "tcx", direction: "egress" }),
  "sched_act\ttc ingress as action": network("act", { kind: "tc", direction: "ingress" }),
  "sched_act\ttc egress as action": network("act", { kind: "tc", direction: "egress" }),
  "xdp\txdp native by link": network("xdp_program", { kind: "xdp", mode: "native" }),
  "xdp\txdp generic by link": network("xdp_program", { kind: "xdp", mode: "generic" }),
  "xdp\txdp native by netlink": network("xdp_program", { kind: "xdp", mode: "native", by: "netlink" }),
  "xdp\txdp generic by netlink": network("xdp_program", { kind: "xdp", mode: "generic", by: "netlink" }),
  "xdp\txdp offload": network("xdp_program", { kind: "xdp", mode: "offload" }),
  "xdp\txdp, mode left to the kernel": network("xdp_program", { kind: "xdp" }),
  "xdp\txdp.frags": network("xdp_frags", { kind: "xdp", mode: "native" }),
  ...Object.fromEntries(
    ["context-switches", "cpu-clock", "cpu-cycles", "page-faults", "task-clock"].map(event => [
      `perf_event\tperf_event ${event}`,
      at("functions", "on_sample", { kind: "perfEvent", event, period: 1_000_000 }),
    ]),
  ),
  ...Object.fromEntries(
    ["in", "out", "xmit"].map(hook => [
      `lwt_${hook}\tlwt ${hook} by route`,
      network(`tunnel_${hook}`, { kind: "lwt", route: "10.9.9.0/24", hook }),
    ]),
  ),
  "lwt_seg6local\tlwt seg6local by route": network("tunnel_seg6local", {
    kind: "lwt",
    route: "fd99::1/128",
    hook: "seg6local",
  }),
  "flow_dissector\tflow_dissector by link": at("network", "dissect", { kind: "netns" }),
  "flow_dissector\tflow_dissector by attach": at("network", "dissect", { kind: "netns", by: "attach" }),
  "sk_lookup\tsk_lookup by link": at("network", "lookup", { kind: "netns" }),
  ...Object.fromEntries(
    [
      ["sk_skb", "stream_parser", "stream_parser"],
      ["sk_skb", "stream_verdict", "stream_verdict"],
      ["sk_skb", "verdict", "verdict"],
      ["sk_msg", "message", "message"],
    ].flatMap(([type, style, program]) =>
      ["attach", "link"].map(by => [`${type}\tsockmap ${style} by ${by}`, sockmap(program, by)]),
    ),
  ),
  ...Object.fromEntries(
    [
      ["ipv4", "input"],
      ["ipv4", "output"],
      ["ipv4", "prerouting"],
      ["ipv4", "postrouting"],
      ["ipv6", "input"],
    ].map(([family, hook]) => [
      `netfilter\tnetfilter ${family} ${hook}`,
      { object: "netfilter", point: () => ({ kind: "netfilter", family, hook, priority: 10 }) },
    ]),
  ),
  "lirc_mode2\tlirc": { object: "infrared", point: () => ({ kind: "lirc", device: "/dev/lirc0" }) },
}

/** The programs of control groups are named by their attach types. */
function groupStyle(style) {
  const [, type, by] = /^cgroup (\w+) by (attach|link)$/.exec(style) ?? []
  if (type === undefined) return undefined
  const program = objectOf("cgroups").programs.find(each => each.name === type)
  return program && at("cgroups", type, { kind: "cgroup", path: GROUP, by })
}

/** By "type\tstyle": nothing where it attaches, else the errno and words of the refusal. Styles without an entry are left out. */
export async function embeddedStyles(release, keys) {
  const profile = await loadBuiltinProfile(release)
  const outcomes = new Map()
  for (const key of keys) {
    const style = STYLES[key] ?? groupStyle(key.split("\t")[1])
    if (style) outcomes.set(key, await tryStyle(profile, style))
  }
  return outcomes
}

async function tryStyle(profile, { object, program, point, act }) {
  const kernel = await bootKernel({ profile })
  const { world } = kernel
  try {
    world.makePair(
      { name: DEVICE, addresses: ["10.1.1.1/24"] },
      { name: "v1", namespace: "far", addresses: [] },
    )
    if (kernel.since("6.7"))
      world.makePair(
        { name: "nk0", addresses: [] },
        { name: "nk1", namespace: "far", addresses: [] },
        { type: "netkit" },
      )
    world.makeGroup("styles")
    world.install(TARGET, SHOP)
    const spec = objectOf(object)
    const name = program ?? spec.programs[0].name
    if (!spec.programs.some(each => each.name === name)) throw new Error(`${object} has no program ${name}`)
    const loaded = await kernel.load(spec, program === undefined && act ? {} : { only: [name] })
    if (act) {
      await act(loaded, world, kernel)
      return {}
    }
    const link = await loaded.programs[name].attach(point(loaded, world))
    return link.note === undefined ? {} : { errno: "nothing fires it", reason: link.note }
  } catch (error) {
    if (!(error instanceof SkepError)) throw error
    return { errno: error.errno ?? "not modelled", reason: error.message }
  } finally {
    await kernel[Symbol.asyncDispose]()
  }
}
