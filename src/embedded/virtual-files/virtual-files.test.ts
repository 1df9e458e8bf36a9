import { readFileSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { SystemCallError } from "../../base/index.ts"
import { readObject } from "../../object/index.ts"
import { bootKernel } from "../boot.ts"
import type { EmbeddedKernel } from "../embedded-kernel.ts"

let kernel: EmbeddedKernel
beforeAll(async () => {
  kernel = await bootKernel({ release: "6.1" })
})
afterAll(() => kernel[Symbol.asyncDispose]())

const read = (path: string): string => kernel.world.readText(path)
const names = (path: string): string[] => kernel.files.names(kernel.files.find(path)!)

describe("tracefs", () => {
  test("has every event, with its format as ftrace prints it", () => {
    const events = read("/sys/kernel/tracing/available_events")
    // As many as that kernel has.
    expect(events.split("\n").length - 1).toBe(1372)
    expect(events).toContain("\nsyscalls:sys_enter_execve\n")
    const folder = "/sys/kernel/tracing/events/syscalls/sys_enter_execve"
    expect(names(folder)).toEqual(["format", "id"])
    expect(read(`${folder}/format`)).toMatch(
      /^name: sys_enter_execve\nID: \d+\nformat:\n\tfield:unsigned short common_type;/,
    )
    expect(read(`${folder}/format`)).toContain(`ID: ${read(`${folder}/id`)}`)
    expect(read("/sys/kernel/debug/tracing/events/sched/sched_switch/format")).toContain("prev_comm")
  })

  test("has what can be traced, and what programs printed", async () => {
    expect(read("/sys/kernel/tracing/available_filter_functions")).toMatch(/^do_unlinkat$/m)
    kernel.print("hello")
    expect(read("/sys/kernel/tracing/trace_pipe")).toMatch(/^ +sh-100 .*bpf_trace_printk: hello\n$/)
    expect(read("/sys/kernel/tracing/trace_pipe")).toBe("")
  })
})

test("symbols are shown, their addresses to root alone", async () => {
  const line = /^([0-9a-f]{16}) T do_unlinkat$/m
  expect(line.exec(read("/proc/kallsyms"))?.[1]).toMatch(/^ffffffff8/)
  let seen = ""
  await kernel.world.exec("/bin/cat", {
    uid: 1000,
    body(process) {
      const opened = process.open("/proc/kallsyms")
      const { bytes } = process.read(opened.ok ? opened.value : -1, 19)
      seen = new TextDecoder().decode(bytes)
    },
  })
  expect(seen).toMatch(/^0{16} [a-zA-Z] $/)
})

test("kprobes: where none may stand, and those that do", async () => {
  const blacklist = read("/sys/kernel/debug/kprobes/blacklist")
  expect(blacklist).toMatch(/^0xffffffff[0-9a-f]{8}-0xffffffff[0-9a-f]{8}\tasm_exc_divide_error$/m)
  expect(read("/sys/kernel/debug/kprobes/list")).toBe("")
  const path = new URL("../../../exhibits/hello/program.bpf.o", import.meta.url)
  const object = await kernel.load(readObject(readFileSync(path), { name: "hello" }), {
    only: ["ksyscall_execve"],
  })
  await object.attach()
  expect(read("/sys/kernel/debug/kprobes/list")).toMatch(
    /^ffffffff[0-9a-f]{8} {2}k {2}__x64_sys_execve\+0x0 {4}\[FTRACE\]\n$/,
  )
  await object[Symbol.asyncDispose]()
})

test("processes have folders, as long as they are there", async () => {
  expect(read("/proc/self/comm")).toBe("sh\n")
  expect(read(`/proc/${kernel.world.pid}/cmdline`)).toBe("sh\0")
  let pid = 0
  await kernel.world.exec("/bin/cat", {
    args: ["x"],
    body(process) {
      pid = process.pid
      expect(read(`/proc/${pid}/cmdline`)).toBe("/bin/cat\0x\0")
      expect(read(`/proc/${pid}/status`)).toMatch(/^Name:\tcat\n[\s\S]*\nPPid:\t100\n/)
      expect(names("/proc")).toContain(String(pid))
    },
  })
  expect(() => read(`/proc/${pid}/comm`)).toThrow(SystemCallError)
  expect(names("/proc")).toEqual(expect.arrayContaining(["1", "100", "kallsyms", "self", "sys", "version"]))
  expect(names("/proc")).not.toContain(String(pid))
})

test("control groups are folders", () => {
  const { shell } = kernel.world
  expect(names("/sys/fs/cgroup")).toEqual([
    "cgroup.controllers",
    "cgroup.procs",
    "cgroup.subtree_control",
    "cgroup.threads",
  ])
  expect(shell.makeDirectory("/sys/fs/cgroup/web")).toEqual({ ok: true, value: 0 })
  expect(kernel.cgroups.find("/sys/fs/cgroup/web")?.id).toBeGreaterThan(1n)
  expect(read("/sys/fs/cgroup/cgroup.procs")).toBe("1\n100\n")
  kernel.world.writeText("/sys/fs/cgroup/web/cgroup.procs", "100\n")
  expect(read("/sys/fs/cgroup/web/cgroup.procs")).toBe("100\n")
  expect(read("/proc/self/cgroup")).toBe("0::/web\n")
  expect(shell.removeDirectory("/sys/fs/cgroup/web")).toMatchObject({ errno: "EBUSY" })
  expect(() => kernel.world.writeText("/sys/fs/cgroup/web/cgroup.procs", "4711")).toThrow("ESRCH")
  kernel.world.writeText("/sys/fs/cgroup/cgroup.procs", "0")
  expect(shell.removeDirectory("/sys/fs/cgroup/web")).toEqual({ ok: true, value: 0 })
  expect(kernel.cgroups.find("/sys/fs/cgroup/web")).toBeUndefined()
  expect(shell.makeDirectory("/proc/new")).toMatchObject({ errno: "EPERM" })
})

test("and what else the machine says of itself", () => {
  expect(read("/proc/version")).toMatch(/^Linux version 6\.1\./)
  expect(read("/sys/kernel/security/lsm")).toBe(kernel.profile.lsms.join(","))
  const types = kernel.world.readBytes("/sys/kernel/btf/vmlinux")
  expect(Buffer.compare(types, kernel.profile.btfBytes())).toBe(0)
  expect(read(`/boot/config-${kernel.profile.version}`)).toMatch(/^CONFIG_BPF=y$/m)
  expect(() => read("/proc/config.gz")).toThrow("ENOENT")
  expect(names("/sys/class/net")).toEqual(["lo"])
  expect(read("/sys/class/net/lo/mtu")).toBe("65536\n")
  expect(read("/sys/devices/system/cpu/online")).toBe("0-1\n")
})
