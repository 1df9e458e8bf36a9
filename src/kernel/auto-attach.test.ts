import { describe, expect, test } from "vitest"
import { matchSection } from "../catalog/index.ts"
import type { ProgramSpec } from "../object/index.ts"
import { attachPointOf } from "./auto-attach.ts"

/** Only what attachPointOf reads of a spec. */
function programIn(section: string): ProgramSpec {
  const match = matchSection(section)
  return { name: "prog", section, definition: match?.definition, target: match?.target ?? "" } as ProgramSpec
}

describe("a section name", () => {
  test.each([
    ["kprobe/do_unlinkat", { kind: "kprobe", function: "do_unlinkat", offset: 0 }],
    ["kprobe/do_unlinkat+0x4", { kind: "kprobe", function: "do_unlinkat", offset: 4 }],
    ["kretprobe/do_unlinkat", { kind: "kretprobe", function: "do_unlinkat" }],
    ["ksyscall/execve", { kind: "ksyscall", syscall: "execve", return: false }],
    ["kretsyscall/execve", { kind: "ksyscall", syscall: "execve", return: true }],
    ["tp/sched/sched_process_exec", { kind: "tracepoint", category: "sched", name: "sched_process_exec" }],
    ["tracepoint/sched/sched_switch", { kind: "tracepoint", category: "sched", name: "sched_switch" }],
    ["raw_tp/sched_switch", { kind: "rawTracepoint", name: "sched_switch" }],
    ["raw_tracepoint.w/nbd_send_request", { kind: "rawTracepoint", name: "nbd_send_request" }],
    ["fentry/do_unlinkat", { kind: "trace" }],
    ["tp_btf/sched_switch", { kind: "trace" }],
    [
      "uprobe//usr/lib/libssl.so.3:SSL_write+0x10",
      { kind: "uprobe", binary: "/usr/lib/libssl.so.3", symbol: "SSL_write", offset: 16 },
    ],
    ["uretprobe/bash:readline", { kind: "uretprobe", binary: "bash", symbol: "readline", offset: 0 }],
    ["uprobe.s/libc.so.6:open", { kind: "uprobe", binary: "libc.so.6", symbol: "open", offset: 0 }],
    ["kprobe.multi/tcp_*", { kind: "kprobeMulti", functions: "tcp_*" }],
    ["kretprobe.multi/tcp_v?_rcv", { kind: "kprobeMulti", functions: "tcp_v?_rcv", return: true }],
    ["kprobe.session/do_unlinkat", { kind: "kprobeMulti", functions: "do_unlinkat", session: true }],
    ["uprobe.multi/libc.so.6:mem*", { kind: "uprobeMulti", binary: "libc.so.6", functions: "mem*" }],
    [
      "uretprobe.multi.s//bin/true:main",
      { kind: "uprobeMulti", binary: "/bin/true", functions: "main", return: true },
    ],
    [
      "uprobe.session//bin/true:main",
      { kind: "uprobeMulti", binary: "/bin/true", functions: "main", session: true },
    ],
    [
      "usdt/libc.so.6:libc:memory_mallopt",
      { kind: "usdt", binary: "libc.so.6", provider: "libc", name: "memory_mallopt" },
    ],
    ["iter/task", { kind: "iter" }],
    ["iter.s/task", { kind: "iter" }],
    ["lsm/file_open", { kind: "trace" }],
    ["lsm.s/file_open", { kind: "trace" }],
    ["fmod_ret/security_file_open", { kind: "trace" }],
    ["freplace/handle", { kind: "trace" }],
    ["tp.s/syscalls/sys_enter_open", { kind: "tracepoint", category: "syscalls", name: "sys_enter_open" }],
  ])("%s names a place", (section, point) => {
    expect(attachPointOf(programIn(section))).toEqual(point)
  })

  test.each([
    "kprobe",
    "xdp",
    "tp",
    "raw_tp",
    "socket",
    "kprobe.multi",
    "uprobe.multi",
    "usdt",
    "perf_event",
  ])("%s names none", section => {
    expect(attachPointOf(programIn(section))).toBeUndefined()
  })

  test("of a kretprobe has no offset", () => {
    expect(() => attachPointOf(programIn("kretprobe/do_unlinkat+4"))).toThrow(
      "prog 'prog': kretprobes do not support offset specification",
    )
  })

  test.each([
    ["kprobe.multi/a b", "prog 'prog': kprobe multi pattern is invalid: a b"],
    ["kprobe.session/a-b", "prog 'prog': kprobe session pattern is invalid: a-b"],
    ["uprobe.multi//bin/true", "prog 'prog': invalid format of section definition 'uprobe.multi//bin/true'"],
    [
      "usdt/libc.so.6:setjmp",
      `prog 'prog': invalid section 'usdt/libc.so.6:setjmp', expected SEC("usdt/<path>:<provider>:<name>")`,
    ],
    ["uretprobe//bin/true:main+4", "prog 'prog': uretprobes do not support offset specification"],
  ])("%s is refused in libbpf's words", (section, message) => {
    expect(() => attachPointOf(programIn(section))).toThrow(
      expect.objectContaining({ message, errno: "EINVAL" }),
    )
  })

  test("of a uprobe has a colon before the function, and the hint shows where", () => {
    const section = "uprobe/usr/lib/x86_64-linux-gnu/libc.so.6/getpid"
    expect(() => attachPointOf(programIn(section))).toThrow(
      expect.objectContaining({
        message: `prog 'prog': section '${section}' missing ':function[+offset]' specification`,
        errno: "EINVAL",
        hint: "write uprobe/usr/lib/x86_64-linux-gnu/libc.so.6:getpid",
      }),
    )
  })
})
