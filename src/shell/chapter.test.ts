import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type TestShell, testShell } from "./testing/run-lines.ts"

const objects = (path: string): URL => new URL(`../../${path}`, import.meta.url)

/** The command lines of "eBPF Program and Attachment Types" (Learning eBPF, chapter 7), as they are printed there. */
let machine: TestShell
const run = (lines: string): Promise<string> => machine.run(lines)

beforeAll(async () => {
  machine = await testShell({
    release: "6.1",
    files: {
      "hello.bpf.o": objects("test/kernel/programs/iproute.bpf.o"),
      "events.bpf.o": objects("exhibits/hello/program.bpf.o"),
    },
  })
})
afterAll(() => machine[Symbol.asyncDispose]())

describe("tracing", () => {
  test("cat /sys/kernel/tracing/available_events", async () => {
    expect(await run("cat /sys/kernel/tracing/available_events | wc -l")).toBe("1372\n")
    expect(await run("grep execve /sys/kernel/tracing/available_events")).toBe(
      "syscalls:sys_enter_execve\nsyscalls:sys_enter_execveat\nsyscalls:sys_exit_execve\nsyscalls:sys_exit_execveat\n",
    )
  })

  test("cat /sys/kernel/debug/tracing/events/syscalls/sys_enter_execve/format", async () => {
    const text = await run("sudo cat /sys/kernel/debug/tracing/events/syscalls/sys_enter_execve/format")
    expect(text.replace(/^ID: \d+$/m, "ID: N")).toBe(`name: sys_enter_execve
ID: N
format:
\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;
\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;
\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

\tfield:int __syscall_nr;\toffset:8;\tsize:4;\tsigned:1;
\tfield:const char * filename;\toffset:16;\tsize:8;\tsigned:0;
\tfield:const char *const * argv;\toffset:24;\tsize:8;\tsigned:0;
\tfield:const char *const * envp;\toffset:32;\tsize:8;\tsigned:0;

print fmt: "filename: 0x%08lx, argv: 0x%08lx, envp: 0x%08lx", ((unsigned long)(REC->filename)), ((unsigned long)(REC->argv)), ((unsigned long)(REC->envp))
`)
  })

  test("/proc/kallsyms and the kprobe blacklist say what can be probed", async () => {
    expect(await run("grep -w do_execve /proc/kallsyms; echo $?")).toBe("1\n")
    expect(await run("grep -cw do_unlinkat /proc/kallsyms")).toBe("1\n")
    expect(await run("grep -c asm_exc /sys/kernel/debug/kprobes/blacklist")).toMatch(/^[1-9]\d*\n$/)
  })

  test("a program that is attached sees every command, and trace_pipe has what it printed", async () => {
    await run("bpftool prog loadall events.bpf.o /sys/fs/bpf/events autoattach")
    expect(await run("bpftool link show | grep -v pids")).toMatch(/tp 'sched_process_exec'/)
    await run("cat /sys/kernel/tracing/trace_pipe; /bin/true")
    expect(await run("cat /sys/kernel/debug/tracing/trace_pipe")).toMatch(
      /^ +sh-\d+ +\[000\] .* bpf_trace_printk: tp_execve: .*\/bin\/true/m,
    )
    await run("rm /sys/fs/bpf/events/*")
    expect(await run("bpftool link show; ls /sys/fs/bpf/events; rmdir /sys/fs/bpf/events")).toBe("")
  })

  test("bpftool btf dump file /sys/kernel/btf/vmlinux format c", async () => {
    const lines =
      "bpftool btf dump file /sys/kernel/btf/vmlinux format c > /tmp/vmlinux.h; head -n 2 /tmp/vmlinux.h"
    expect(await run(lines)).toBe("#ifndef __VMLINUX_H__\n#define __VMLINUX_H__\n")
    expect(await run("grep -c '^struct task_struct {' /tmp/vmlinux.h; rm /tmp/vmlinux.h")).toBe("1\n")
  })
})

describe("XDP", () => {
  const device =
    "2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc fq_codel state UP mode DEFAULT group default qlen 1000\n    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff\n"
  const program = (hook: string, id: string): string =>
    `${device.replace("qdisc", `${hook} qdisc`)}    prog/xdp id ${id} name hello tag 94468b3a849e5748 jited \n`
  const shown = async (): Promise<string> =>
    (await run("ip link show dev eth0")).replace(/prog\/xdp id \d+/, "prog/xdp id N")

  test("bpftool prog load hello.bpf.o /sys/fs/bpf/hello; bpftool net attach xdp …", async () => {
    expect(await run("sudo bpftool prog load hello.bpf.o /sys/fs/bpf/hello")).toBe("")
    expect(await run("ls /sys/fs/bpf")).toBe("hello\n")
    const id = /^(\d+): xdp {2}name hello {2}tag 94468b3a849e5748 {2}gpl$/m.exec(
      await run("bpftool prog list"),
    )?.[1]
    expect(await run(`sudo bpftool net attach xdp id ${id} dev eth0`)).toBe("")
    expect(await run("bpftool net list")).toBe(`xdp:\neth0(2) driver id ${id}\n\ntc:\n\nflow_dissector:\n\n`)
    expect(await run("ip link show dev eth0")).toBe(program("xdp", id ?? ""))
  })

  test("it sees what comes in", async () => {
    await run("cat /sys/kernel/tracing/trace_pipe; ping -c 2 10.0.2.2")
    expect(await run("cat /sys/kernel/tracing/trace_pipe")).toMatch(
      /bpf_trace_printk: Hello World 0\n.*bpf_trace_printk: Hello World 1\n$/,
    )
  })

  test("a second program on the interface is refused, and overwrite and -force replace", async () => {
    expect(await run("bpftool net attach xdp pinned /sys/fs/bpf/hello dev eth0; echo $?")).toBe(
      "libbpf: Kernel error message: XDP program already attached\nError: interface xdp attach failed: Device or resource busy\n255\n",
    )
    expect(await run("bpftool net attach xdpgeneric pinned /sys/fs/bpf/hello dev eth0")).toBe(
      "libbpf: Kernel error message: Native and generic XDP can't be active at the same time\nError: interface xdpgeneric attach failed: File exists\n",
    )
    expect(await run("bpftool net attach xdp pinned /sys/fs/bpf/hello dev eth0 overwrite; echo $?")).toBe(
      "0\n",
    )
    expect(await run("ip link set dev eth0 xdp obj hello.bpf.o sec xdp; echo $?")).toBe(
      "Error: XDP program already attached.\n2\n",
    )
    expect(await run("ip -force link set dev eth0 xdp obj hello.bpf.o sec xdp; echo $?")).toBe("0\n")
    expect(await shown()).toBe(program("xdp", "N"))
  })

  test("ip link set dev eth0 xdp off; bpftool net detach xdp dev eth0", async () => {
    expect(await run("ip link set dev eth0 xdp off")).toBe("")
    expect(await shown()).toBe(device)
    expect(await run("ip link set dev eth0 xdp obj hello.bpf.o sec xdp")).toBe("")
    expect(await shown()).toBe(program("xdp", "N"))
    expect(await run("bpftool net detach xdp dev eth0")).toBe("")
    expect(await run("ip link set dev eth0 xdpgeneric obj hello.bpf.o sec xdp")).toBe("")
    expect(await shown()).toBe(program("xdpgeneric", "N"))
    expect(await run("ip link set dev eth0 xdpgeneric off; rm /sys/fs/bpf/hello; bpftool prog list")).toBe("")
  })
})

test("traffic control", async () => {
  expect(
    await run("tc qdisc add dev eth0 clsact; tc filter add dev eth0 ingress bpf da obj hello.bpf.o sec tc"),
  ).toBe("")
  expect((await run("tc filter show dev eth0 ingress")).replace(/ id \d+ /, " id N ")).toBe(
    `filter protocol all pref 49152 bpf chain 0 
filter protocol all pref 49152 bpf chain 0 handle 0x1 hello.bpf.o:[tc] direct-action not_in_hw id N name classify tag bcf7977d3b93787c jited 
`,
  )
  expect(await run("bpftool net show dev eth0")).toMatch(
    /^eth0\(2\) clsact\/ingress hello\.bpf\.o:\[tc\] id \d+$/m,
  )
  expect(
    await run(
      "tc filter del dev eth0 ingress; tc filter show dev eth0 ingress; tc qdisc del dev eth0 clsact",
    ),
  ).toBe("")
})

test("a route with programs", async () => {
  expect(
    await run(
      "ip route add 10.9.9.0/24 encap bpf out obj hello.bpf.o section lwt_out dev eth0; ip route show",
    ),
  ).toBe(
    `default via 10.0.2.2 dev eth0 
10.0.2.0/24 dev eth0 proto kernel scope link src 10.0.2.15 
10.9.9.0/24  encap bpf out hello.bpf.o:[lwt_out] dev eth0 scope link 
`,
  )
  expect(await run("ip route del 10.9.9.0/24; bpftool prog list")).toBe("")
})

test("bpftool feature tells what programs of each type may call", async () => {
  expect(await run("bpftool feature list_builtins prog_types | head -n 3")).toBe(
    "unspec\nsocket_filter\nkprobe\n",
  )
})
