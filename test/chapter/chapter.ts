import {
  type ChapterRow,
  chapter,
  exhibits,
  exhibitsOnLinux,
  placeNotThere,
  refused,
  refusedOnLinux,
  stylesOnLinux,
  suite,
  test,
} from "./rows.ts"

const run = test("src/cli/run/run.test.ts")
const explain = test("src/cli/explain/explain.test.ts")
const feature = test("src/cli/feature/feature.test.ts")
const verify = test("src/cli/verify/verify.test.ts")
const loading = test("test/loading.test.ts")
const kfuncs = test("src/embedded/kfuncs/kfuncs.test.ts")
const xdp = test("src/embedded/network/xdp/xdp.test.ts")
const hooks = test("src/embedded/network/hooks/hooks.test.ts")
const groups = test("src/embedded/cgroups/attach-to-group.test.ts")
const memory = test("src/embedded/helpers/memory-helpers.test.ts")
const shell = test("src/shell/chapter.test.ts")
const bpftool = (name: string) => test(`src/shell/bpftool/${name}.test.ts`)
const triggers = test("src/embedded/triggers/triggers.test.ts")

/** Every behaviour of the chapter, and the tests that show it. */
export const CHAPTER: readonly ChapterRow[] = [
  {
    item: 1,
    title: "program types and attach types can be listed, with number, name and release",
    see: "`skep feature list_builtins prog_types`, `skep explain xdp`",
    shownBy: [
      ...chapter("catalogue")(
        "program types: number, name and release of each",
        "attach types: number, name and release of each",
      ),
      ...feature("prog_types prints 33 names from unspec to netfilter"),
    ],
  },
  {
    item: 2,
    title: "where a program type leaves a choice, loading wants an attach type, and the right one",
    see: "`skep explain cgroup_sock_addr`",
    shownBy: loading("of type cgroup_sock_addr takes the attach types that the kernel takes"),
  },
  {
    item: 3,
    title: "the example builds for two machines, for one of them without two programs",
    see: "`skep inspect test/chapter/programs/hello-arm64.bpf.o`",
    shownBy: [
      ...chapter("hello")("is built for two machines, one of them without the programs of type tracing"),
      ...chapter("machines")("the example of the chapter, built for 64-bit ARM, tells of an exec there"),
    ],
  },
  {
    item: 4,
    title: "what a context holds, and what of it may be read or written, goes by the program type",
    see: "`skep explain sk_msg`",
    shownBy: [
      ...test("test/catalog-oracle/contexts/contexts.test.ts")("xdp -", "sk_msg -", "cgroup_sysctl -"),
      ...refused("address_in_create", "address_in_post_bind"),
    ],
    onLinux: refusedOnLinux("address_in_create", "address_in_post_bind"),
  },
  {
    item: 5,
    title: "a tracing program that takes its context for a packet's is refused",
    see: "`skep verify test/kernel/programs/refusals.bpf.o --program packet_in_tracepoint`",
    shownBy: refused("packet_in_tracepoint"),
    onLinux: refusedOnLinux("packet_in_tracepoint"),
  },
  {
    item: 6,
    title: "which helpers there are goes by the program type, and by the release",
    see: "`skep explain xdp --release 6.1`",
    shownBy: [...refused("pid_in_xdp"), ...explain("--release shows what that kernel allows")],
    onLinux: refusedOnLinux("pid_in_xdp"),
  },
  {
    item: 7,
    title:
      "what a return value means goes by the program type: XDP decides over packets, a tracepoint over nothing",
    see: "exhibits xdp-firewall, xdp-echo, xdp-hub",
    shownBy: [
      ...exhibits("xdp-firewall", "xdp-echo", "xdp-hub"),
      ...xdp("returns what is not done: a tracepoint tells of it, the log once"),
      ...chapter("unlink")(
        "programs that report change nothing: what is done ends the same with and without them",
      ),
    ],
    onLinux: exhibitsOnLinux("xdp-firewall", "xdp-echo", "xdp-hub"),
  },
  {
    item: 8,
    title: "bpftool tells what a kernel offers",
    see: "`skep feature list_builtins helpers`, `bpftool feature probe kernel` in `skep shell`",
    shownBy: [
      ...feature("helpers prints 212 names from bpf_unspec to bpf_cgrp_storage_delete"),
      ...bpftool("bpftool")("probe tells what the kernel has, as a real one does"),
    ],
    onLinux: suite("commands/features")("everything, with the helpers of every program type"),
  },
  {
    item: 9,
    title: "each helper is described: number, release, arguments, who may call it",
    see: "`skep explain map_update_elem`",
    shownBy: explain(
      "a helper has its prototype with what the verifier wants of each argument",
      "knows every name of the catalogue",
    ),
  },
  {
    item: 10,
    title: "helpers have fixed numbers",
    see: "`skep feature list_builtins helpers`",
    shownBy: chapter("catalogue")("helpers"),
  },
  {
    item: 11,
    title: "a kernel function is called from the program types that it is registered for",
    see: "`skep explain bpf_task_acquire`",
    shownBy: [
      ...refused("task_kept", "task_in_socket_filter"),
      ...test("test/catalog-oracle/helpers/kfuncs.test.ts")(
        "the catalogue answers as the kernel for every program and kfunc",
      ),
    ],
    onLinux: refusedOnLinux("task_kept", "task_in_socket_filter"),
  },
  {
    item: 12,
    title: "kernel functions come and go with releases",
    see: "`skep explain bpf_task_acquire`, `skep verify src/cli/verify/fixtures/calls.bpf.o --release all`",
    shownBy: [...kfuncs("that is weak can be tested for, on each release"), ...refused("task_kept")],
    onLinux: refusedOnLinux("task_kept"),
  },
  {
    item: 13,
    title: "what a kernel function acquires is checked for NULL and released once",
    see: "`skep verify src/cli/verify/fixtures/calls.bpf.o`",
    shownBy: refused("task_kept", "task_leaked", "task_unchecked", "task_released_twice"),
    onLinux: refusedOnLinux("task_kept", "task_leaked", "task_unchecked", "task_released_twice"),
  },
  {
    item: 14,
    title: "programs that trace report, and what they watch ends as it would without them",
    see: "exhibits hello, kprobe, fentry, tracepoint, perf-event",
    shownBy: chapter("unlink")(
      "programs that report change nothing: what is done ends the same with and without them",
    ),
    onLinux: exhibitsOnLinux("kprobe", "fentry", "tracepoint"),
  },
  {
    item: 15,
    title: "bpftool lists what is attached by perf events and raw tracepoints",
    see: "`bpftool perf show` in `skep shell`",
    shownBy: [
      ...bpftool("attachments")("lists who has programs on probes and tracepoints, but not on functions"),
    ],
    onLinux: suite("commands/attachments")("probes and tracepoints, as links and as perf events"),
  },
  {
    item: 16,
    title: "six programs see one exec, where the kernel has the function that two of them stand on",
    see: "`skep run test/chapter/programs/hello.bpf.o --release 5.15`, exhibit hello",
    shownBy: [
      ...chapter("hello")(
        "tells of one exec six times where do_execve is a function",
        "is refused as a whole by 6.1, where do_execve is inlined; four remain",
      ),
      ...exhibits("hello"),
    ],
    onLinux: suite("hello")("reports the same events as on the embedded kernel of that release"),
  },
  {
    item: 17,
    title: "events come through a perf event array, a line each; what finds no room is counted",
    see: "exhibit hello",
    shownBy: [
      ...chapter("hello")("is refused as a whole by 6.12, where do_execve is inlined; four remain"),
      ...test("test/ground-truth/hello.test.ts")(
        "reports the same events and lines, byte for byte but for pids",
      ),
      ...test("src/embedded/maps/perf-event-array.test.ts")(
        "counts what finds it full, until somebody reads",
      ),
    ],
    onLinux: suite("memory")("counts what found no room; sizes and wakeups can be chosen"),
  },
  {
    item: 18,
    title: "texts that fill their arrays are cut, nothing ends them, and a reader is told",
    see: "`skep run test/chapter/programs/hello.bpf.o --release 5.15`",
    shownBy: chapter("hello")(
      "cuts texts that are too long, and nothing ends them",
      "shows which texts nothing ends",
    ),
  },
  {
    item: 19,
    title: "what programs print appears in the trace pipe",
    see: "`cat /sys/kernel/tracing/trace_pipe` in `skep shell`",
    shownBy: [
      ...run("prints the trace pipe as the kernel does"),
      ...shell("a program that is attached sees every command, and trace_pipe has what it printed"),
      ...bpftool("programs")("tracelog prints what is in the pipe, and ends"),
    ],
    onLinux: suite("commands/events")("prog tracelog"),
  },
  {
    item: 20,
    title: "tracing programs take CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN",
    see: "`skep explain kprobe`, `skep verify exhibits/kprobe/program.bpf.o --capabilities CAP_BPF`",
    shownBy: loading(
      "kprobe -: without what it needs is refused with EPERM",
      "tracepoint -: without what it needs is refused with EPERM",
    ),
    onLinux: suite("capabilities")("with CAP_BPF and CAP_PERFMON succeeds or names what is missing"),
  },
  {
    item: 21,
    title: "a kprobe stands at a function's start, at an instruction or at the return; not everywhere",
    see: "exhibit kprobe",
    shownBy: [
      ...chapter("unlink")(
        "is probed at its start, behind its entry marker and at its return, and nowhere within an instruction",
      ),
      ...placeNotThere("kretprobe_offset"),
      ...placeNotThere("kprobe_inside"),
    ],
    onLinux: [
      ...suite("tracing/single-hooks")("kprobe inside a function works"),
      ...stylesOnLinux("kretprobe"),
    ],
  },
  {
    item: 22,
    title: "bpftool shows the offset of a kprobe",
    see: "`bpftool perf show` in `skep shell`",
    shownBy: [
      ...bpftool("attachments")("lists who has programs on probes and tracepoints, but not on functions"),
    ],
    onLinux: suite("commands/attachments")("probes and tracepoints, as links and as perf events"),
  },
  {
    item: 23,
    title: "a function that was inlined away cannot be probed, and near ones are named",
    see: "`skep run src/cli/run/fixtures/absent.bpf.o --only kprobe_execve`",
    shownBy: placeNotThere("kprobe_execve"),
  },
  {
    item: 24,
    title: "functions on the kernel's blacklist cannot be probed",
    see: "`cat /sys/kernel/debug/kprobes/blacklist` in `skep shell`",
    shownBy: [
      ...placeNotThere("kprobe_blacklisted"),
      ...shell("/proc/kallsyms and the kprobe blacklist say what can be probed"),
    ],
  },
  {
    item: 25,
    title: "a ksyscall section finds the machine's own name, and arguments behind the wrapper",
    see: "`skep run exhibits/ksyscall/program-arm64.bpf.o --release 6.12-arm64`; exhibit ksyscall",
    shownBy: [
      ...exhibits("ksyscall"),
      ...chapter("machines")(
        "on 6.12, with program and wrappers true, is __x64_sys_openat and has its arguments",
        "on 6.12, with program and wrappers false, is __se_sys_openat and has its arguments",
        "on 6.12-arm64, with program-arm64 and wrappers true, is __arm64_sys_openat and has its arguments",
        "on 6.12-arm64, with program-arm64 and wrappers false, is __se_sys_openat and has its arguments",
      ),
    ],
    onLinux: exhibitsOnLinux("ksyscall"),
  },
  {
    item: 26,
    title: "a kprobe's arguments come from registers, and those behind the last that is named are left out",
    see: "exhibit kprobe",
    shownBy: [
      ...chapter("unlink")("a probe takes the arguments that it names, and leaves out those behind"),
      ...exhibits("kprobe"),
    ],
    onLinux: exhibitsOnLinux("kprobe"),
  },
  {
    item: 27,
    title: "BPF_CORE_READ follows pointers wherever this kernel keeps the member; a bad pointer leaves zeros",
    see: "exhibits hello, kprobe",
    shownBy: [
      ...chapter("unlink")("reading the kernel where nothing is, at NULL, fails and leaves zeros"),
      ...exhibits("hello", "kprobe"),
      ...test("test/core-relocation/core-relocation.test.ts")(
        "carry the relocation in libbpf's words and the reason",
      ),
    ],
    onLinux: exhibitsOnLinux("hello", "kprobe"),
  },
  {
    item: 28,
    title: "a kretprobe has the result and no arguments",
    see: "exhibit kprobe",
    shownBy: chapter("unlink")("fexit sees arguments and result, kretprobe the result"),
    onLinux: exhibitsOnLinux("kprobe"),
  },
  {
    item: 29,
    title:
      "fentry programs came with 5.5; on 64-bit ARM they load since 6.0, and functions of the kernel call them since 6.4",
    see: "`skep verify exhibits/fentry/program.bpf.o --release all`",
    shownBy: [
      ...chapter("loading")("before 5.5 there are no fentry programs"),
      ...chapter("machines")(
        "load on 6.1 but cannot be attached, as ftrace does not call them yet",
        "run on 6.12",
      ),
    ],
    onLinux: stylesOnLinux("fentry"),
  },
  {
    item: 30,
    title: "an fentry program has typed arguments, and reads through kernel pointers as C does",
    see: "exhibits hello, tp-btf",
    shownBy: exhibits("hello", "tp-btf"),
    onLinux: exhibitsOnLinux("hello", "tp-btf"),
  },
  {
    item: 31,
    title: "one body serves a kprobe and an fentry program",
    see: "`skep inspect test/chapter/programs/unlink.bpf.o`",
    shownBy: chapter("unlink")("one body sees the same by kprobe and by fentry"),
  },
  {
    item: 32,
    title: "an fexit program has arguments and result; the upper half of an int's register is zero",
    see: "exhibit fentry",
    shownBy: [
      ...chapter("unlink")("fexit sees arguments and result, kretprobe the result"),
      ...exhibits("fentry"),
    ],
    onLinux: exhibitsOnLinux("fentry"),
  },
  {
    item: 33,
    title: "the kernel lists its trace events",
    see: "`cat /sys/kernel/tracing/available_events` in `skep shell`",
    shownBy: [...shell("cat /sys/kernel/tracing/available_events")],
  },
  {
    item: 34,
    title: "a tp section names an event that is there",
    see: "`skep run src/cli/run/fixtures/absent.bpf.o --only tp_absent`",
    shownBy: [...placeNotThere("tp_absent"), ...placeNotThere("tp_wrong_category")],
  },
  {
    item: 35,
    title: "each event has a format, with number, fields and offsets",
    see: "`cat /sys/kernel/tracing/events/syscalls/sys_enter_execve/format` in `skep shell`",
    shownBy: [
      ...test("src/profile/load-builtin.test.ts")("6.12 has every trace event with a readable format"),
      ...shell("cat /sys/kernel/debug/tracing/events/syscalls/sys_enter_execve/format"),
    ],
  },
  {
    item: 36,
    title:
      "a struct written by hand after the format reads the record of an event; one that does not fit is noted",
    see: "`skep verify test/chapter/programs/records.bpf.o`, exhibit tracepoint",
    shownBy: [
      ...chapter("notes")("a context that is declared as something else is taken, with a note"),
      ...chapter("hello")("reads the record of a tracepoint at the places that its format names"),
      ...exhibits("tracepoint"),
    ],
    onLinux: exhibitsOnLinux("hello", "tracepoint"),
  },
  {
    item: 37,
    title: "the first eight bytes of the record are not for programs",
    see: "`skep verify test/kernel/programs/refusals.bpf.o --program common_field`",
    shownBy: refused("common_field"),
    onLinux: refusedOnLinux("common_field"),
  },
  {
    item: 38,
    title: "text of user space is copied with its NUL, which counts; where nothing is it fails",
    see: "exhibits hello, ksyscall",
    shownBy: memory(
      "copies a string with its NUL and tells its length with it",
      "zeroes all of the destination when it cannot read",
    ),
    onLinux: exhibitsOnLinux("hello", "ksyscall"),
  },
  {
    item: 39,
    title: "raw tracepoints have the arguments as plain numbers",
    see: "exhibits raw-tracepoint, hello",
    shownBy: [...exhibits("raw-tracepoint", "hello"), ...triggers("raw programs get the arguments")],
    onLinux: exhibitsOnLinux("raw-tracepoint", "hello"),
  },
  {
    item: 40,
    title: "bpftool calls raw and typed tracepoints the same",
    see: "`bpftool perf show` in `skep shell`",
    shownBy: [
      ...bpftool("attachments")("lists who has programs on probes and tracepoints, but not on functions"),
    ],
    onLinux: suite("commands/attachments")("probes and tracepoints, as links and as perf events"),
  },
  {
    item: 41,
    title: "a tp_btf section attaches to a tracepoint with typed arguments",
    see: "exhibits tp-btf, hello",
    shownBy: exhibits("tp-btf", "hello"),
    onLinux: [...exhibitsOnLinux("tp-btf"), ...stylesOnLinux("tp_btf")],
  },
  {
    item: 42,
    title:
      "the context of tp_btf is arguments, not the event's record: the verifier refuses, and the fix is shown",
    see: "`skep verify test/kernel/programs/refusals.bpf.o --program record_of_tp_btf`",
    shownBy: [
      ...chapter("notes")("a context that is declared as something else is taken, with a note"),
      ...refused("record_of_tp_btf"),
      ...verify("verdicts and explanations of calls"),
    ],
    onLinux: refusedOnLinux("record_of_tp_btf"),
  },
  {
    item: 43,
    title: "a kernel's types are printed as C",
    see: "`bpftool btf dump file /sys/kernel/btf/vmlinux format c` in `skep shell`",
    shownBy: [
      ...test("src/btf/format-c.test.ts")("prints the fixture's types, each after those it needs"),
      ...shell("bpftool btf dump file /sys/kernel/btf/vmlinux format c"),
      ...bpftool("programs")("dumps types of programs, maps, ids and the kernel's file"),
    ],
  },
  {
    item: 44,
    title: "uprobe, uretprobe and USDT programs are of type kprobe",
    see: "`skep explain uprobe`",
    shownBy: chapter("catalogue")("probes of user space are all of type kprobe"),
  },
  {
    item: 45,
    title: "a uprobe section has a colon before the function; without one the fix is shown",
    see: "`skep run src/cli/run/fixtures/absent.bpf.o --only uprobe_slash`",
    shownBy: [
      ...placeNotThere("uprobe_slash"),
      ...test("src/kernel/auto-attach.test.ts")(
        "of a uprobe has a colon before the function, and the hint shows where",
      ),
    ],
  },
  {
    item: 46,
    title: "probes see arguments and results of functions in user space, in one process or in all",
    see: "exhibits uprobe, uprobe-multi",
    shownBy: [
      ...exhibits("uprobe", "uprobe-multi"),
      ...test("src/kernel/elf/symbols.test.ts")("that several versions have ask for one"),
    ],
    onLinux: [
      ...exhibitsOnLinux("uprobe"),
      ...suite("tracing/user-probes")(
        "a library is found by its name, and its functions by version",
        "a probe of one process leaves others alone",
      ),
    ],
  },
  {
    item: 47,
    title: "USDT probes are found by their notes, which say where the arguments are",
    see: "exhibit usdt",
    shownBy: [
      ...exhibits("usdt"),
      ...test("src/kernel/elf/usdt.test.ts")("tell provider, name, addresses and arguments"),
    ],
    onLinux: [...exhibitsOnLinux("usdt"), ...stylesOnLinux("usdt")],
  },
  {
    item: 48,
    title: "what goes wrong with probes of user space: other paths, static programs, containers, Go",
    see: "exhibits go-arguments, uprobe",
    shownBy: [
      ...chapter("user-probes")(
        "names a library that is not installed",
        "names the folder of another architecture",
        "of a library is never met by a program that has the library's code inside itself",
        "of the machine's file is not met in a container, whose own copy has another path",
      ),
      ...exhibits("go-arguments"),
    ],
    onLinux: [
      ...exhibitsOnLinux("go-arguments", "uprobe"),
      ...suite("tracing/user-probes")("a path of a process with another root is looked up below that"),
    ],
  },
  {
    item: 49,
    title: "well-known tools can be made again: lines typed at a prompt, latency of a function, USDT",
    see: "exhibits line-reader, function-latency, usdt",
    shownBy: exhibits("line-reader", "function-latency", "usdt"),
    onLinux: exhibitsOnLinux("line-reader", "function-latency", "usdt"),
  },
  {
    item: 50,
    title: "text is seen before it is encrypted, and call stacks are sampled all the time",
    see: "exhibits tls-plaintext, folded-stacks",
    shownBy: exhibits("tls-plaintext", "folded-stacks"),
    onLinux: [...exhibitsOnLinux("tls-plaintext", "folded-stacks"), ...stylesOnLinux("perf_event cpu-clock")],
  },
  {
    item: 51,
    title:
      "programs attach to hooks of security modules by a link, on old kernels by BPF_RAW_TRACEPOINT_OPEN",
    see: "exhibit guard",
    shownBy: exhibits("guard"),
    onLinux: [
      ...stylesOnLinux("lsm"),
      ...suite("tracing/older-ways")("fentry by BPF_RAW_TRACEPOINT_OPEN works"),
    ],
  },
  {
    item: 52,
    title: "an errno that an lsm program returns refuses; hooks that return nothing cannot",
    see: "exhibit guard",
    shownBy: chapter("lsm")(
      "refuse with the errno that they return; the first that refuses is the last that is asked",
      "have no say where the hook returns nothing",
      "return 0 or a negative errno: the verifier of 6.12 sees to it, that of 6.1 does not",
    ),
    onLinux: exhibitsOnLinux("guard"),
  },
  {
    item: 53,
    title: "lsm programs are called where bpf is among the active security modules",
    see: "exhibit guard",
    shownBy: test("src/embedded/tracing/security.test.ts")(
      "decide where bpf is among the active ones",
      "are never called where it is not, and say so",
    ),
  },
  {
    item: 54,
    title: "networking programs take CAP_BPF and CAP_NET_ADMIN, or CAP_SYS_ADMIN",
    see: "`skep explain xdp`",
    shownBy: loading(
      "xdp xdp: without what it needs is refused with EPERM",
      "sched_cls -: without what it needs is refused with EPERM",
    ),
    onLinux: suite("capabilities")("with CAP_BPF and CAP_NET_ADMIN succeeds or names what is missing"),
  },
  {
    item: 55,
    title: "hooks of the network stack have an order, for packets that come in and for those that go out",
    see: "`docs/hooks.md`, exhibit packet-path",
    shownBy: [
      ...exhibits("packet-path"),
      ...test("test/hooks-page.test.ts")(
        "docs/hooks.md and its figure are what runs show now (npm run docs:hooks writes them)",
      ),
    ],
    onLinux: exhibitsOnLinux("packet-path"),
  },
  {
    item: 56,
    title: "low in the network stack a context is a packet, high up a socket",
    see: "`skep explain xdp`, `skep explain sock_ops`",
    shownBy: chapter("catalogue")(
      "the lower in the network stack, the more a context is a packet; the higher, a socket",
    ),
  },
  {
    item: 57,
    title: "programs decide over packets, change them, and set options of sockets",
    see: "exhibits xdp-echo, tc-balancer, sock-ops-tuner",
    shownBy: [
      ...exhibits("xdp-echo", "tc-balancer", "sock-ops-tuner"),
      ...xdp("moves the packet's start, end and metadata, within its room"),
    ],
    onLinux: exhibitsOnLinux("xdp-echo", "tc-balancer", "sock-ops-tuner"),
  },
  {
    item: 58,
    title: "a socket filter sees a copy, and says how many bytes of it are kept",
    see: "exhibits sniffer, datagram-filter",
    shownBy: [
      ...exhibits("sniffer", "datagram-filter"),
      ...test("src/embedded/network/taps.test.ts")("keep as much as their filter says"),
    ],
    onLinux: [
      ...exhibitsOnLinux("sniffer", "datagram-filter"),
      ...suite("network/sockets")("a filter on a packet socket sees the copies"),
    ],
  },
  {
    item: 59,
    title: "sockops programs are called at each turn of a TCP connection, and tune it",
    see: "exhibit sock-ops-tuner",
    shownBy: exhibits("sock-ops-tuner"),
    onLinux: exhibitsOnLinux("sock-ops-tuner"),
  },
  {
    item: 60,
    title: "sk_skb and sk_msg programs send data from one socket of a map to another",
    see: "exhibits stream-splice, message-gate, message-framing",
    shownBy: exhibits("stream-splice", "message-gate", "message-framing"),
    onLinux: exhibitsOnLinux("stream-splice", "message-gate", "message-framing"),
  },
  {
    item: 61,
    title: "classifiers decide over packets on their way in and out, in direct-action mode or as actions",
    see: "`tc filter add dev eth0 ingress bpf da obj FILE sec SECTION` in `skep shell`; exhibits tc-balancer, tc-action, tcx-chain",
    shownBy: [...exhibits("tc-balancer", "tc-action", "tcx-chain"), ...shell("traffic control")],
    onLinux: exhibitsOnLinux("tc-balancer", "tc-action", "tcx-chain"),
  },
  {
    item: 62,
    title: "classifiers are attached by netlink, with priority and handle, or by links in an order",
    see: "exhibit tcx-chain",
    shownBy: [
      ...hooks(
        "programs of tcx run in the order that was asked for, before filters",
        "a filter, a route and a priority that are there",
      ),
      ...exhibits("tcx-chain"),
    ],
    onLinux: suite("network/traffic-control")(
      "tcx programs run in the order that was asked for",
      "the kernel's choice of priority and handle is told",
    ),
  },
  {
    item: 63,
    title: "tc adds, shows and deletes queueing disciplines and filters",
    see: "`tc qdisc add dev eth0 clsact`, `tc filter show dev eth0 ingress` in `skep shell`",
    shownBy: [...shell("traffic control")],
    onLinux: suite("network/traffic-control")(
      "filters of one place exclude each other, replace replaces, and filtersOf and tc list them",
    ),
  },
  {
    item: 64,
    title: "bpftool loads and pins an XDP program, and attaches it by id",
    see: "`bpftool prog load FILE /sys/fs/bpf/hello`, `bpftool net attach xdp id N dev eth0` in `skep shell`",
    shownBy: [
      ...shell("bpftool prog load hello.bpf.o /sys/fs/bpf/hello; bpftool net attach xdp …"),
      ...bpftool("programs")("load pins the first program, which show then lists"),
    ],
    onLinux: suite("commands/attachments")("net attach, show and detach: XDP, classifiers, actions"),
  },
  {
    item: 65,
    title: "each interface has its own XDP program",
    see: "exhibits xdp-hub, xdp-metadata",
    shownBy: xdp("of the driver reaches the other end only where that runs a program too"),
    onLinux: exhibitsOnLinux("xdp-hub"),
  },
  {
    item: 66,
    title: "XDP runs in the driver or in the stack, not in both; offload takes a device that can",
    see: "exhibit xdp-metadata",
    shownBy: [
      ...xdp("sees what comes in, and drops it (native on v0)", "is refused in Linux's words"),
      ...exhibits("xdp-metadata"),
    ],
    onLinux: [
      ...suite("network/xdp")("generic beside native by netlink is refused in the kernel's words"),
      ...suite("styles-on-linux")("xdp offload: is refused"),
    ],
  },
  {
    item: 67,
    title: "ip attaches an XDP program from an object",
    see: "`ip link set dev eth0 xdp obj FILE sec xdp` in `skep shell`",
    shownBy: [...shell("a second program on the interface is refused, and overwrite and -force replace")],
  },
  {
    item: 68,
    title: "ip shows the XDP program of an interface, with its tag",
    see: "`ip link show dev eth0` in `skep shell`",
    shownBy: [
      ...shell(
        "bpftool prog load hello.bpf.o /sys/fs/bpf/hello; bpftool net attach xdp …",
        "ip link set dev eth0 xdp off; bpftool net detach xdp dev eth0",
      ),
    ],
    onLinux: suite("network/xdp")("what bpftool and ip say is what xdpPrograms says"),
  },
  {
    item: 69,
    title: "ip and bpftool take an XDP program off",
    see: "`ip link set dev eth0 xdp off` in `skep shell`",
    shownBy: [...shell("ip link set dev eth0 xdp off; bpftool net detach xdp dev eth0")],
    onLinux: suite("commands/attachments")("net attach, show and detach: XDP, classifiers, actions"),
  },
  {
    item: 70,
    title: "a flow dissector finds the flow of packets, refuses, or leaves it to the kernel; one a namespace",
    see: "exhibit flow-dissector",
    shownBy: [
      ...chapter("flow-dissector")(
        "looks into an encapsulation that the kernel does not know",
        "decides whether there is a flow, or leaves it to the kernel",
        "of the first namespace is everybody's, and no other may have one; two in one are too many",
      ),
      ...exhibits("flow-dissector"),
    ],
    onLinux: [
      ...exhibitsOnLinux("flow-dissector"),
      ...suite("network/sockets")("a second program and other namespaces' ways are refused"),
    ],
  },
  {
    item: 71,
    title: "a route hands its packets to lightweight-tunnel programs",
    see: "`ip route add 10.9.9.0/24 encap bpf out obj FILE section lwt_out dev eth0` in `skep shell`; exhibits lwt-in, lwt-quota, lwt-encap, seg6local",
    shownBy: [
      ...exhibits("lwt-in", "lwt-quota", "lwt-encap", "seg6local"),
      ...shell("a route with programs"),
    ],
    onLinux: exhibitsOnLinux("lwt-in", "lwt-quota", "lwt-encap", "seg6local"),
  },
  {
    item: 72,
    title:
      "a program of a control group runs for its members and those below; flags say who else may stand there",
    see: "exhibit cgroup-traffic",
    shownBy: [
      ...groups(
        "without flags: one, none below, and the next takes its place",
        "override: a group below has its own instead",
        "links and multi: several, those of the group below first",
      ),
      ...exhibits("cgroup-traffic"),
    ],
    onLinux: suite("network/cgroups")(
      "a group above decides for those below it, and a program outside of them does not",
      "none takes one program, and none below",
      "override lets a group below have its own",
      "multi takes several, of which one gives up its place by id",
    ),
  },
  {
    item: 73,
    title: "reading and writing sysctls is allowed, refused or changed (type CGROUP_SYSCTL)",
    see: "exhibit cgroup-sysctl",
    shownBy: [
      ...exhibits("cgroup-sysctl"),
      ...chapter("catalogue")("the type of sysctl programs and their attach type bear two names"),
    ],
    onLinux: exhibitsOnLinux("cgroup-sysctl"),
  },
  {
    item: 74,
    title: "groups refuse sockets and packets",
    see: "exhibits sock-guard, cgroup-traffic",
    shownBy: exhibits("sock-guard", "cgroup-traffic"),
    onLinux: exhibitsOnLinux("sock-guard", "cgroup-traffic"),
  },
  {
    item: 75,
    title: "a program changes whom a process connects to, and what it believes of that",
    see: "exhibit connect-balancer",
    shownBy: exhibits("connect-balancer"),
    onLinux: exhibitsOnLinux("connect-balancer"),
  },
  {
    item: 76,
    title: "pulses of an infrared receiver become key presses and moves of a pointer",
    see: "exhibit infrared-decoder",
    shownBy: exhibits("infrared-decoder"),
    onLinux: exhibitsOnLinux("infrared-decoder"),
  },
  {
    item: 77,
    title: "infrared programs take CAP_BPF today; before 5.8 it was CAP_SYS_ADMIN",
    see: "`skep explain lirc_mode2`",
    shownBy: chapter("loading")('with ["CAP_NET_ADMIN"] EPERM', 'with ["CAP_BPF"] loads'),
  },
  {
    item: 78,
    title: "the attach type narrows helpers and the context",
    see: "`skep explain cgroup_inet4_connect`",
    shownBy: [
      ...refused("address6_in_connect4", "address6_in_connect6", "address_in_create", "bind_in_bind4"),
      ...explain("an attach type narrows the context: user_ip6 is for the six hooks alone"),
    ],
    onLinux: refusedOnLinux(
      "address6_in_connect4",
      "address6_in_connect6",
      "address_in_create",
      "bind_in_bind4",
    ),
  },
  {
    item: 79,
    title: "each program type loads with its attach types and with no other",
    see: "`skep explain cgroup_sock`",
    shownBy: [
      ...loading(
        "of type cgroup_sock takes the attach types that the kernel takes",
        "of type xdp takes the attach types that the kernel takes",
      ),
      ...test("test/catalog-oracle/contexts/load-rules.test.ts")("cgroup_sock: attach types"),
    ],
  },
  {
    item: 80,
    title: "section names mean what they mean to libbpf",
    see: "`skep explain ?tp/sched/sched_switch`",
    shownBy: chapter("catalogue")(
      "all of them, alone, with a target and misspelt",
      "a question mark before one says that it is loaded only when asked for",
    ),
  },
  {
    item: 81,
    title: "strace shows what a loader says to bpf(2): types, and names of 15 characters",
    see: "`skep run --strace test/chapter/programs/hello.bpf.o --release 5.15`",
    shownBy: chapter("strace")(
      "shows the type and the name of each program, cut to 15 characters, and how it is attached",
      "shows a load that is refused twice: the second time it asks for a log",
    ),
    onLinux: suite("commands/usage")("--strace names the calls that strace sees"),
  },
  {
    item: 82,
    title: "one program of an object is loaded alone",
    see: "`skep run exhibits/hello/program.bpf.o --only tp_execve`",
    shownBy: run("--only loads just the named programs"),
    onLinux: suite("hello")("gives records through the async iterator too, without blocking anything else"),
  },
  {
    item: 83,
    title: "another function of the kernel is probed as easily",
    see: "exhibits kprobe, fentry",
    shownBy: [
      ...exhibits("kprobe", "fentry"),
      ...triggers(
        "a function gives entry programs its arguments, and programs behind it the result",
        "what cannot be fired is refused",
      ),
      ...shell("/proc/kallsyms and the kprobe blacklist say what can be probed"),
    ],
    onLinux: exhibitsOnLinux("kprobe", "fentry"),
  },
  {
    item: 84,
    title: "another tracepoint is used as easily, in any of the three ways",
    see: "exhibits tracepoint, raw-tracepoint, tp-btf",
    shownBy: [
      ...exhibits("tracepoint", "raw-tracepoint", "tp-btf"),
      ...triggers("a trace event gives its programs the record, texts and numbers"),
    ],
    onLinux: exhibitsOnLinux("tracepoint", "raw-tracepoint", "tp-btf"),
  },
  {
    item: 85,
    title: "an interface takes one XDP program: a second one is refused, or replaces the first",
    see: "the same command twice in `skep shell`",
    shownBy: [
      ...xdp("is refused in Linux's words"),
      ...shell("a second program on the interface is refused, and overwrite and -force replace"),
    ],
    onLinux: suite("network/xdp")(
      "a second program by netlink is refused in the kernel's words",
      "replace puts a program in the place of one that was attached by netlink",
    ),
  },
  {
    item: 86,
    title: "the kernel's blacklist of functions is a file",
    see: "`cat /sys/kernel/debug/kprobes/blacklist` in `skep shell`",
    shownBy: [
      ...placeNotThere("kprobe_blacklisted"),
      ...shell("/proc/kallsyms and the kprobe blacklist say what can be probed"),
    ],
  },
  {
    item: 87,
    title: "a kprobe at an offset has a mode of its own to attach",
    see: "exhibit kprobe",
    shownBy: [
      ...chapter("unlink")(
        "is probed at its start, behind its entry marker and at its return, and nowhere within an instruction",
      ),
      ...test("src/kernel/auto-attach.test.ts")("kprobe/do_unlinkat+0x4 names a place"),
    ],
    onLinux: suite("tracing/single-hooks")("kprobe inside a function works"),
  },
  {
    item: 88,
    title: "Go passes arguments in registers of its own since 1.17, on the stack before",
    see: "exhibit go-arguments",
    shownBy: [
      ...exhibits("go-arguments"),
      ...chapter("user-probes")("that reads arguments where C has them sees something else in a Go program"),
    ],
    onLinux: exhibitsOnLinux("go-arguments"),
  },
]
