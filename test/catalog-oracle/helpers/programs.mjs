// The programs that are asked: every program type with every attach type that belongs to it, and for the types whose
// helpers depend on the function they stand on, a choice of such functions.
import { ATTACH_TYPES, PROGRAM_TYPES } from "../../../dist/catalog/index.js"
import { loadBuiltinProfile } from "../../../dist/profile/node.js"

const SLEEPABLE = 1 << 4

/** Functions for fentry, fexit and fmod_ret: a plain one, one that may sleep, one from which a path may be printed. */
const FUNCTIONS = {
  trace_fentry: ["tcp_v4_connect", "bpf_fentry_test1", "filp_close"],
  trace_fexit: ["tcp_v4_connect", "bpf_fentry_test1", "filp_close"],
  modify_return: ["bpf_modify_return_test", "bpf_fentry_test1", "security_file_open"],
}
const TRACEPOINTS = ["sched_switch", "kfree_skb"]
const ITERATORS =
  "bpf_link bpf_map bpf_map_elem bpf_prog bpf_sk_storage_map cgroup ipv6_route ksym netlink sockmap task task_file task_vma tcp udp unix".split(
    " ",
  )
const STRUCT_OPS = {
  tcp_congestion_ops: ["ssthresh", "init", "release", "cong_control"],
  bpf_dummy_ops: ["test_1", "test_sleepable"],
}
/** Types and attach types of the programs that an extension replaces a function of. */
const EXTENDED = [
  "xdp",
  "sched_cls",
  "kprobe",
  "cgroup_sock_addr/cgroup_inet4_connect",
  "cgroup_sockopt/cgroup_setsockopt",
]

/** What loads without capabilities, and what the others are asked again with. */
const UNPRIVILEGED = ["socket_filter", "cgroup_skb"]
const CAPABILITIES = ["bpf,net_admin", "bpf,net_admin,perfmon"]

/** Lines for the sweep, as its head describes them. Labels read type/attach@function+sleepable~capabilities. */
export async function programs(release) {
  const lines = []
  const add = (
    row,
    attach,
    { hook, kind = "-", name = "-", flags = 0, number = attach?.number ?? 0 } = {},
  ) => {
    const label = `${row.name}${attach ? `/${attach.name}` : ""}${hook ? `@${hook}` : ""}`
    const line = (capabilities, suffix = "") =>
      lines.push(
        `${label}${flags ? "+sleepable" : ""}${suffix} ${row.number} ${number} ${flags} ${capabilities} ${kind} ${name}`,
      )
    line("all")
    return line
  }
  const attachTypes = name => ATTACH_TYPES.filter(row => row.programTypes.includes(name))
  const btf = (await loadBuiltinProfile(release)).btf()

  for (const row of PROGRAM_TYPES) {
    if (["tracing", "lsm", "struct_ops", "ext"].includes(row.name)) continue
    const attaches = attachTypes(row.name)
    const plain = attaches.every(attach => attach.number !== 0)
    for (const attach of plain ? [undefined, ...attaches] : attaches) {
      const line = add(row, attach)
      for (const capabilities of CAPABILITIES) line(capabilities, `~${capabilities}`)
      if (UNPRIVILEGED.includes(row.name)) line("none", "~none")
    }
    if (row.name === "kprobe" || row.name === "syscall")
      for (const attach of [undefined, ...attaches]) add(row, attach, { flags: SLEEPABLE })
  }

  const tracing = PROGRAM_TYPES.find(row => row.name === "tracing")
  for (const attach of attachTypes("tracing")) {
    for (const name of FUNCTIONS[attach.name] ?? [])
      for (const flags of [0, SLEEPABLE]) {
        const line = add(tracing, attach, { hook: name, kind: "func", name, flags })
        if (flags === 0) line("bpf,perfmon", "~bpf,perfmon")
      }
    if (attach.name === "trace_raw_tp")
      for (const name of TRACEPOINTS)
        add(tracing, attach, { hook: name, kind: "typedef", name: `btf_trace_${name}` })
    if (attach.name === "trace_iter")
      for (const name of ITERATORS)
        for (const flags of [0, SLEEPABLE])
          add(tracing, attach, { hook: name, kind: "func", name: `bpf_iter_${name}`, flags })
  }

  const lsm = PROGRAM_TYPES.find(row => row.name === "lsm")
  for (const attach of attachTypes("lsm"))
    for (const hook of lsmHooks(btf))
      for (const flags of [0, SLEEPABLE])
        add(lsm, attach, { hook, kind: "func", name: `bpf_lsm_${hook}`, flags })

  const structOps = PROGRAM_TYPES.find(row => row.name === "struct_ops")
  for (const [struct, members] of Object.entries(STRUCT_OPS)) {
    const type = btf.type(btf.find(struct, "struct"))
    for (const member of members)
      for (const flags of [0, SLEEPABLE]) {
        const number = type.members.findIndex(({ name }) => name === member)
        add(structOps, undefined, {
          hook: `${struct}.${member}`,
          kind: "struct",
          name: struct,
          number,
          flags,
        })
      }
  }

  const ext = PROGRAM_TYPES.find(row => row.name === "ext")
  for (const target of EXTENDED) {
    const [type, attach] = target.split("/")
    const number = PROGRAM_TYPES.find(row => row.name === type).number
    const attachNumber = attach ? ATTACH_TYPES.find(row => row.name === attach).number : 0
    add(ext, undefined, { hook: target, kind: "ext", name: `${number}/${attachNumber}` })
  }
  return lines
}

/** The functions bpf_lsm_X that a profile's BTF declares, as X. */
function lsmHooks(btf) {
  const hooks = []
  for (let id = 1; id < btf.count; id++)
    if (btf.kindOf(id) === "func" && btf.type(id).name.startsWith("bpf_lsm_"))
      hooks.push(btf.type(id).name.slice("bpf_lsm_".length))
  return [...new Set(hooks)].sort()
}
