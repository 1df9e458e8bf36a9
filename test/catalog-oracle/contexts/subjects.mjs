// What the sweep asks about: a program type, an attach type, and a target where the program needs one.
import { ATTACH_TYPES, PROGRAM_TYPES } from "../../../dist/catalog/index.js"

/** Offsets beyond each context, so that its end shows too. */
const BEYOND = 16
const SIZES = {
  __sk_buff: 192,
  xdp_md: 24,
  pt_regs: 168,
  bpf_perf_event_data: 184,
  bpf_sock: 80,
  bpf_sock_ops: 224,
  bpf_cgroup_dev_ctx: 12,
  sk_msg_md: 80,
  bpf_sock_addr: 72,
  sk_reuseport_md: 56,
  bpf_sysctl: 8,
  bpf_sockopt: 40,
  bpf_sk_lookup: 72,
  bpf_nf_ctx: 16,
  arguments: 104,
}

const CONTEXTS = {
  socket_filter: "__sk_buff",
  kprobe: "pt_regs",
  sched_cls: "__sk_buff",
  sched_act: "__sk_buff",
  xdp: "xdp_md",
  perf_event: "bpf_perf_event_data",
  cgroup_skb: "__sk_buff",
  cgroup_sock: "bpf_sock",
  lwt_in: "__sk_buff",
  lwt_out: "__sk_buff",
  lwt_xmit: "__sk_buff",
  lwt_seg6local: "__sk_buff",
  sock_ops: "bpf_sock_ops",
  sk_skb: "__sk_buff",
  cgroup_device: "bpf_cgroup_dev_ctx",
  sk_msg: "sk_msg_md",
  cgroup_sock_addr: "bpf_sock_addr",
  sk_reuseport: "sk_reuseport_md",
  flow_dissector: "__sk_buff",
  cgroup_sysctl: "bpf_sysctl",
  cgroup_sockopt: "bpf_sockopt",
  sk_lookup: "bpf_sk_lookup",
  netfilter: "bpf_nf_ctx",
}

/** Types whose load takes any attach type; without one is a case of its own. */
const ALSO_WITHOUT = new Set([
  "kprobe",
  "sched_cls",
  "xdp",
  "sk_skb",
  "sock_ops",
  "sk_msg",
  "cgroup_device",
  "cgroup_sysctl",
  "flow_dissector",
  "lirc_mode2",
])

const ITERATORS = [
  "task",
  "task_file",
  "task_vma",
  "bpf_map",
  "bpf_map_elem",
  "bpf_prog",
  "bpf_link",
  "bpf_sk_storage_map",
  "cgroup",
  "ipv6_route",
  "ksym",
  "netlink",
  "sockmap",
  "tcp",
  "udp",
  "unix",
]

const TARGETS = [
  ["tracing", "trace_raw_tp", "typedef", "btf_trace_sched_process_exec"],
  ["tracing", "trace_raw_tp", "typedef", "btf_trace_sched_switch"],
  ["tracing", "trace_raw_tp", "typedef", "btf_trace_sys_enter"],
  ["tracing", "trace_raw_tp", "typedef", "btf_trace_sched_pi_setprio"],
  ["tracing", "trace_raw_tp", "typedef", "btf_trace_kfree_skb"],
  ["tracing", "trace_fentry", "func", "do_unlinkat"],
  ["tracing", "trace_fentry", "func", "vfs_write"],
  ["tracing", "trace_fentry", "func", "bpf_fentry_test6"],
  ["tracing", "trace_fentry", "func", "tcp_connect"],
  ["tracing", "trace_fexit", "func", "do_unlinkat"],
  ["tracing", "trace_fexit", "func", "vfs_write"],
  ["tracing", "trace_fexit", "func", "sock_alloc"],
  ["tracing", "trace_fexit", "func", "tcp_close"],
  // A structure of 16 bytes by value; pointers to const void, an enumeration, a pointer, a function, a union,
  // an incomplete structure.
  ["tracing", "trace_fexit", "func", "sock_setsockopt"],
  ["tracing", "trace_fexit", "func", "kernel_write"],
  ["tracing", "trace_fentry", "func", "tcp_add_backlog"],
  ["tracing", "trace_fexit", "func", "vfs_setlease"],
  ["tracing", "trace_fentry", "func", "tcp_read_sock"],
  ["tracing", "trace_fexit", "func", "sock_map_get_from_fd"],
  ["tracing", "trace_fexit", "func", "key_create_or_update"],
  ["tracing", "modify_return", "func", "bpf_modify_return_test"],
  ["tracing", "modify_return", "func", "security_file_open"],
  ...ITERATORS.map(name => ["tracing", "trace_iter", "func", `bpf_iter_${name}`]),
  ["lsm", "lsm_mac", "func", "bpf_lsm_file_open"],
  ["lsm", "lsm_mac", "func", "bpf_lsm_bprm_committed_creds"],
  ["lsm", "lsm_mac", "func", "bpf_lsm_inode_rename"],
  ["lsm", "lsm_mac", "func", "bpf_lsm_path_mknod"],
  ["lsm", "lsm_cgroup", "func", "bpf_lsm_socket_create", 1],
  ["lsm", "lsm_cgroup", "func", "bpf_lsm_socket_bind", 1],
  ["lsm", "lsm_cgroup", "func", "bpf_lsm_sk_clone_security", 1],
]

const row = (rows, name) => rows.find(row => row.name === name)

function subject(programType, attachType, more = {}) {
  const context = more.context ?? CONTEXTS[programType] ?? "arguments"
  const windows = more.windows ?? [-8, SIZES[context] + BEYOND]
  const result = more.result ?? (/GETPEER|GETSOCK|RECVMSG/i.test(attachType ?? "") ? 1 : 0)
  const target = more.target ?? { kind: "none", name: "-" }
  const privilege = more.privilege ?? "all"
  const name = [programType, attachType ?? "-", ...(more.target ? [target.name] : [])].join(" ")
  return {
    name: privilege === "none" ? `${name} unprivileged` : name,
    programType,
    attachType,
    attachNumber: more.attachNumber ?? (attachType ? row(ATTACH_TYPES, attachType).number : 0),
    result,
    target,
    windows,
    privilege,
  }
}

/** Types and targets that a release's Debian kernel lacks. */
const LACKS = {
  6.1: { programTypes: ["lirc_mode2", "netfilter"], targets: ["bpf_modify_return_test"] },
  6.12: { programTypes: ["lirc_mode2"], targets: [] },
}

const AFTER_6_1 = 44

function exists(release, subject) {
  const lacks = LACKS[release]
  if (lacks.programTypes.includes(subject.programType) || lacks.targets.includes(subject.target.name))
    return false
  // Only cgroup_sock_addr is refused with an attach type that the kernel does not know.
  return release !== "6.1" || subject.programType !== "cgroup_sock_addr" || subject.attachNumber < AFTER_6_1
}

/** Every program type with every attach type of its own, and a few targets for those that need one. */
function everyType(more = {}) {
  const all = []
  for (const { name, attachTypes } of PROGRAM_TYPES) {
    if (["tracing", "lsm", "struct_ops", "ext"].includes(name)) continue
    const own = { ...more }
    if (name === "tracepoint") own.windows ??= [-8, 64, 8176, 8208]
    if (name === "syscall") own.windows ??= [-8, 64, 32752, 32768]
    if (attachTypes.length === 0 || ALSO_WITHOUT.has(name)) all.push(subject(name, undefined, own))
    for (const attach of attachTypes) all.push(subject(name, attach, own))
  }
  for (const [type, attach, kind, name, result] of TARGETS)
    all.push(
      subject(type, attach, {
        target: { kind, name },
        result,
        windows: attach === "trace_iter" ? [-1, 48] : [-8, 72],
        ...more,
      }),
    )
  // struct_ops: the attach number is the member's place in the structure.
  for (const [structure, member, number] of OPERATIONS)
    all.push({
      ...subject("struct_ops", undefined, {
        target: { kind: "struct", name: structure },
        attachNumber: number,
        windows: [-8, 72],
        ...more,
      }),
      name: `struct_ops - ${structure}.${member}`,
      member,
    })
  for (const [type, number, context] of EXTENDED)
    all.push({
      ...subject("ext", undefined, { target: { kind: "prog", name: String(number) }, context, ...more }),
      name: `ext - ${type}`,
      extends: type,
    })
  return all
}

const OPERATIONS = [
  ["tcp_congestion_ops", "ssthresh", 0],
  ["tcp_congestion_ops", "cong_avoid", 1],
  ["tcp_congestion_ops", "set_state", 2],
  ["bpf_dummy_ops", "test_1", 0],
  ["bpf_dummy_ops", "test_2", 1],
]

const EXTENDED = [
  ["xdp", 6, "xdp_md"],
  ["sched_cls", 3, "__sk_buff"],
]

const UNPRIVILEGED = [
  ["socket_filter", undefined],
  ["cgroup_skb", "cgroup_inet_ingress"],
  ["cgroup_skb", "cgroup_inet_egress"],
]

export const RESULTS = [
  -4097, -4096, -4095, -4094, -13, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 16, 127, 128, 255, 4095, 4096,
  0x7fffffff, 0xffffffff, 0x100000000, 0x100000001, 0xfffff001, 0xfffff000,
]

/** One target is enough for what depends on the type alone. */
const once = subjects =>
  subjects.filter(
    (one, at) =>
      subjects.findIndex(
        other => other.programType === one.programType && other.attachType === one.attachType,
      ) === at,
  )

const LAST_ATTACH = { 6.1: 43, 6.12: 56 }

/** Each program type once, and with each kind of target that its attach types ask for. */
function attachSubjects(last) {
  const plain = PROGRAM_TYPES.map(row => row.name).filter(
    name => !["tracing", "lsm", "struct_ops", "ext"].includes(name),
  )
  const more = (name, kind, target, rest) => ({
    ...subject(name, undefined, { target: { kind, name: target }, windows: [last] }),
    ...rest,
  })
  return [
    ...plain.map(name => subject(name, undefined, { windows: [last] })),
    more("tracing", "typedef", "btf_trace_sched_process_exec"),
    more("tracing", "func", "do_unlinkat"),
    more("tracing", "func", "security_file_open"),
    more("tracing", "func", "bpf_iter_task"),
    more("lsm", "func", "bpf_lsm_file_open"),
    more("ext", "prog", "6"),
  ]
}

export const QUESTIONS = {
  contexts: release =>
    [
      ...everyType(),
      ...UNPRIVILEGED.map(([type, attach]) => subject(type, attach, { privilege: "none" })),
    ].filter(one => exists(release, one)),
  returns: release => everyType({ windows: RESULTS }).filter(one => exists(release, one)),
  attach: release => attachSubjects(LAST_ATTACH[release] + 1).filter(one => exists(release, one)),
  capabilities: release => once(everyType({ windows: [0] }).filter(one => exists(release, one))),
  disabled: release => once(everyType({ windows: [0] }).filter(one => exists(release, one))),
  runs: release => everyType({ windows: [0] }).filter(one => exists(release, one)),
  // Every one that the kernel's BTF names.
  tracepoints: () => [],
  hooks: () => [],
}

export function lines(subjects) {
  return subjects
    .map(subject => {
      const type = row(PROGRAM_TYPES, subject.programType).number
      const words = [
        subject.name.replaceAll(" ", "|"),
        type,
        subject.attachNumber,
        subject.result,
        subject.target.kind,
        subject.target.name,
        subject.windows.join(","),
        subject.privilege,
      ]
      return `${words.join(" ")}\n`
    })
    .join("")
}
