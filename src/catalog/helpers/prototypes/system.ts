import type { PrototypeRow } from "../prototype-kinds.ts"

/** Helpers of clocks, CPUs, the bpf system call and infrared receivers. Source: the kernel 6.12's `struct bpf_func_proto` tables. */
export const SYSTEM_PROTOTYPES = [
  {
    name: "bpf_ktime_get_ns",
    summary: "reads the monotonic clock, which stands still in suspend",
    arguments: [],
    returns: { c: "u64", kind: "integer" },
  },
  {
    name: "bpf_get_prandom_u32",
    summary: "gives a pseudo-random number",
    arguments: [],
    returns: { c: "u32", kind: "integer" },
  },
  {
    name: "bpf_get_smp_processor_id",
    summary: "gives the number of the CPU that the program runs on",
    arguments: [],
    returns: { c: "u32", kind: "integer" },
    fastcall: true,
    variants: [
      {
        when: {
          programTypes: [
            "socket_filter",
            "cgroup_skb",
            "cgroup_sock",
            "cgroup_sock_addr",
            "cgroup_device",
            "cgroup_sysctl",
            "cgroup_sockopt",
            "sock_ops",
            "sk_skb",
            "sk_msg",
            "sk_reuseport",
            "sk_lookup",
            "flow_dissector",
            "struct_ops",
            "netfilter",
          ],
        },
        fastcall: false,
      },
    ],
  },
  {
    name: "bpf_get_numa_node_id",
    summary: "gives the memory node of the CPU that the program runs on",
    arguments: [],
    returns: { c: "long", kind: "integer" },
  },
  {
    name: "bpf_rc_repeat",
    summary: "reports that a remote control repeats its last key",
    arguments: [{ name: "ctx", c: "void *", kind: "context" }],
    returns: { c: "long", kind: "integer" },
    gplOnly: true,
  },
  {
    name: "bpf_rc_keydown",
    summary: "reports a key that was decoded from a remote control",
    arguments: [
      { name: "ctx", c: "void *", kind: "context" },
      { name: "protocol", c: "u32", kind: "anything" },
      { name: "scancode", c: "u64", kind: "anything" },
      { name: "toggle", c: "u32", kind: "anything" },
    ],
    returns: { c: "long", kind: "integer" },
    gplOnly: true,
  },
  {
    name: "bpf_rc_pointer_rel",
    summary: "reports a pointer movement that was decoded from a remote control",
    arguments: [
      { name: "ctx", c: "void *", kind: "context" },
      { name: "rel_x", c: "s32", kind: "anything" },
      { name: "rel_y", c: "s32", kind: "anything" },
    ],
    returns: { c: "long", kind: "integer" },
    gplOnly: true,
  },
  {
    name: "bpf_jiffies64",
    summary: "reads the counter of timer ticks",
    arguments: [],
    returns: { c: "u64", kind: "integer" },
  },
  {
    name: "bpf_ktime_get_boot_ns",
    summary: "reads the clock since boot, suspend included",
    arguments: [],
    returns: { c: "u64", kind: "integer" },
  },
  {
    name: "bpf_per_cpu_ptr",
    summary: "gives the address of a per-CPU kernel variable for a given CPU",
    arguments: [
      { name: "percpu_ptr", c: "const void *", kind: "perCpuVariable" },
      { name: "cpu", c: "u32", kind: "anything" },
    ],
    returns: { c: "void *", kind: "perCpuValue", nullable: true },
  },
  {
    name: "bpf_this_cpu_ptr",
    summary: "gives the address of a per-CPU kernel variable for this CPU",
    arguments: [{ name: "percpu_ptr", c: "const void *", kind: "perCpuVariable" }],
    returns: { c: "void *", kind: "perCpuValue" },
  },
  {
    name: "bpf_ktime_get_coarse_ns",
    summary: "reads the monotonic clock as of the last timer tick, which is cheaper",
    arguments: [],
    returns: { c: "u64", kind: "integer" },
  },
  {
    name: "bpf_sys_bpf",
    summary: "runs a command of the bpf system call",
    arguments: [
      { name: "cmd", c: "u32", kind: "anything" },
      { name: "attr", c: "void *", kind: "memory", access: "read" },
      { name: "attr_size", c: "u32", kind: "size" },
    ],
    returns: { c: "long", kind: "integer" },
    mightSleep: true,
  },
  {
    name: "bpf_btf_find_by_name_kind",
    summary: "finds a type by name and kind in the BTF of the kernel and its modules",
    arguments: [
      { name: "name", c: "char *", kind: "memory", access: "read" },
      { name: "name_sz", c: "int", kind: "size" },
      { name: "kind", c: "u32", kind: "anything" },
      { name: "flags", c: "int", kind: "anything" },
    ],
    returns: { c: "long", kind: "integer" },
    mightSleep: true,
  },
  {
    name: "bpf_sys_close",
    summary: "closes a file descriptor of the caller",
    arguments: [{ name: "fd", c: "u32", kind: "anything" }],
    returns: { c: "long", kind: "integer" },
    mightSleep: true,
  },
  {
    name: "bpf_kallsyms_lookup_name",
    summary: "finds the address of a kernel symbol",
    arguments: [
      { name: "name", c: "const char *", kind: "memory", access: "readWrite" },
      { name: "name_sz", c: "int", kind: "sizeOrZero" },
      { name: "flags", c: "int", kind: "anything" },
      { name: "res", c: "u64 *", kind: "memory", access: "uninit", size: 8, aligned: true },
    ],
    returns: { c: "long", kind: "integer" },
  },
  {
    name: "bpf_ktime_get_tai_ns",
    summary: "reads the international atomic time clock",
    arguments: [],
    returns: { c: "u64", kind: "integer" },
  },
] as const satisfies readonly PrototypeRow[]
