// What is recorded: each run attaches programs of trace.bpf.c in the order given here and lets a shell do one thing.

const FORK = ["__x64_sys_clone", "kernel_clone", "copy_process", "security_task_alloc", "sched_post_fork"]
FORK.push("cgroup_post_fork", "wake_up_new_task", "schedule_tail")

const EXEC = ["__x64_sys_execve", "getname", "getname_flags", "alloc_bprm", "bprm_execve"]
EXEC.push("do_open_execat", "do_filp_open", "path_openat", "vfs_open", "do_dentry_open", "security_file_open")
EXEC.push("sched_exec", "security_bprm_creds_for_exec", "security_bprm_check", "begin_new_exec")
EXEC.push(
  "security_bprm_creds_from_file",
  "would_dump",
  "exec_mm_release",
  "do_close_on_exec",
  "__set_task_comm",
)
EXEC.push(
  "security_bprm_committing_creds",
  "security_bprm_committed_creds",
  "setup_new_exec",
  "setup_arg_pages",
)
EXEC.push("finalize_exec", "proc_exec_connector", "free_bprm", "putname")

const EXIT = ["exit_signals", "exit_mm_release", "exit_files", "release_task"]
EXIT.push("__x64_sys_wait4", "kernel_wait4", "do_wait")
// Functions without a way back: 6.12 refuses fexit on them.
const DEAD_ENDS = ["__x64_sys_exit_group", "do_group_exit", "do_exit"]

const FILES = [
  "__x64_sys_openat",
  "do_sys_openat2",
  "getname",
  "getname_flags",
  "do_filp_open",
  "path_openat",
]
FILES.push("security_path_mknod", "security_inode_create", "vfs_open", "do_dentry_open", "security_file_open")
FILES.push("putname", "__x64_sys_unlink", "__x64_sys_unlinkat", "do_unlinkat", "security_path_unlink")
FILES.push("vfs_unlink", "security_inode_unlink")

const EVENTS = [
  "task_newtask",
  "task_rename",
  "sched_process_fork",
  "sched_process_exec",
  "sched_process_exit",
]
EVENTS.push("sched_process_free", "sched_process_wait", "sched_wakeup_new")
const SYSCALLS = ["clone", "execve", "exit_group", "wait4"]
const FILE_SYSCALLS = ["openat", "unlink", "unlinkat"]

const with_ = (prefix, names) => names.map(name => `${prefix}_${name}`)
const sides = names =>
  names.flatMap(name => [`tp_sys_enter_${name}`, ...(name === "exit_group" ? [] : [`tp_sys_exit_${name}`])])
const everywhere = names => ["kprobe", "fentry", "fexit", "kretprobe"].flatMap(prefix => with_(prefix, names))
const raw = ["raw_tp_sys_enter", "raw_tp_sys_exit"]

const SECOND = ["second_kprobe", "second_fentry", "second_fexit", "second_kretprobe"]

const TRUE = "/bin/true"

export const TRACE_RUNS = [
  {
    name: "exec-path",
    about: "kprobes and tracepoints on the whole path of fork, exec, exit and wait",
    command: TRUE,
    programs: [
      ...sides(SYSCALLS),
      ...raw,
      ...with_("kprobe", [...FORK, ...EXEC, "do_execveat_common", ...EXIT, ...DEAD_ENDS]),
      ...with_("kretprobe", ["do_execveat_common"]),
      ...with_("tp", EVENTS),
    ],
  },
  {
    name: "exec-four",
    about: "all four function hooks on fork, exec and exit",
    command: TRUE,
    programs: [
      ...everywhere([...FORK, ...EXEC, ...EXIT]),
      ...with_("kprobe", DEAD_ENDS),
      ...with_("fentry", DEAD_ENDS),
    ],
  },
  {
    name: "exec-events",
    about: "each tracepoint as tp, raw_tp and tp_btf",
    command: TRUE,
    programs: [
      ...with_("tp", EVENTS),
      ...with_("raw_tp", EVENTS),
      ...with_("tp_btf", EVENTS),
      ...sides(SYSCALLS),
      "tp_raw_sys_enter",
      "tp_raw_sys_exit",
      ...raw,
      "tp_btf_sys_enter",
      "tp_btf_sys_exit",
    ],
  },
  ...orders(["tp_sched_process_exec", "raw_tp_sched_process_exec", "tp_btf_sched_process_exec"]).map(
    (programs, index) => ({
      name: `order-exec-${index + 1}`,
      about: "one tracepoint, attached in different orders",
      command: TRUE,
      programs,
    }),
  ),
  {
    name: "order-exec-two-events",
    about: "two tp programs with a raw one attached between them",
    command: TRUE,
    programs: ["tp_sched_process_exec", "raw_tp_sched_process_exec", "second_tp_sched_process_exec"],
  },
  {
    name: "order-syscall-1",
    about: "the ways to see a system call enter and leave, attached in this order",
    command: TRUE,
    programs: [
      ...sides(["execve"]),
      "tp_raw_sys_enter",
      "tp_raw_sys_exit",
      ...raw,
      "kprobe___x64_sys_execve",
      "kretprobe___x64_sys_execve",
    ],
  },
  {
    name: "order-syscall-2",
    about: "the same, attached in another order",
    command: TRUE,
    programs: [...raw, "tp_raw_sys_enter", "tp_raw_sys_exit", ...sides(["execve"])],
  },
  {
    name: "order-syscall-3",
    about: "a syscalls/* program attached before raw ones, another after them",
    command: TRUE,
    programs: ["tp_sys_enter_clone", "raw_tp_sys_enter", "tp_sys_enter_execve", "tp_btf_sys_enter"],
  },
  {
    name: "order-function-1",
    about: "eight programs on one function, each kind twice",
    command: TRUE,
    programs: [...everywhere(["begin_new_exec"]), ...SECOND],
  },
  {
    name: "order-function-2",
    about: "one of each kind, attached the other way round",
    command: TRUE,
    programs: everywhere(["begin_new_exec"]).reverse(),
  },
  {
    name: "order-function-3",
    about: "eight programs, the second ones attached first",
    command: TRUE,
    programs: [...SECOND, ...everywhere(["begin_new_exec"])],
  },
  {
    name: "order-function-offset",
    about: "kprobes at offsets: some stand on no instruction and are refused",
    command: TRUE,
    programs: [
      ...["begin_new_exec", "bprm_execve"].flatMap(name => [1, 4, 5, 9].map(at => `kprobe_${name}_${at}`)),
      ...with_("kprobe", ["begin_new_exec", "bprm_execve"]),
    ],
  },
  {
    name: "fexit-noreturn",
    about: "fexit on a function that never returns",
    command: TRUE,
    programs: ["fexit___x64_sys_exit_group"],
  },
  {
    name: "files",
    about: "open and unlink: all four function hooks",
    command: "/bin/files",
    programs: everywhere(FILES),
  },
  {
    name: "files-path",
    about: "open and unlink: kprobes and the system calls' events",
    command: "/bin/files",
    programs: [...sides(FILE_SYSCALLS), ...raw, ...with_("kprobe", FILES)],
  },
]

/** Programs of an object that report what helpers answer: the first is attached, the others are loaded with it. */
export const ANSWER_RUNS = [
  ...["strings", "bytes", "sizes", "printing"].map(name => ({ name, object: "memory", programs: [name] })),
  ...["arrays", "hashes", "evictions", "rings", "callbacks", "texts"].map(name => ({
    name,
    object: "maps",
    programs: [name, "called", "endless"],
  })),
  ...[
    ...["queues", "tries", "nesting", "storing", "draining"],
    ...["pointing", "pointing_at_records", "pointing_nowhere"],
  ].map(name => ({ name: name.replaceAll("_", "-"), object: "elements", programs: [name] })),
  { name: "tails", object: "maps", programs: ["tails", "called", "endless"] },
  { name: "tails-endless", object: "maps", programs: ["tails_endless", "called", "endless"] },
]

/** All orders of three. */
function orders([a, b, c]) {
  return [
    [a, b, c],
    [a, c, b],
    [b, a, c],
    [b, c, a],
    [c, a, b],
    [c, b, a],
  ]
}
