import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { BtfBuilder } from "../btf/index.ts"
import { captureProfile } from "./capture.ts"
import { decodeProfile } from "./decode-profile.ts"

/** A kernel's files, small. */
const FILES: Readonly<Record<string, string | Uint8Array>> = {
  "proc/version": "Linux version 6.9.1 (somebody)\n",
  "proc/kallsyms":
    "ffffffff81000010 T do_thing\nffffffff81000100 t helper\nffffffffc0000000 t of_module\t[veth]\n",
  "sys/devices/system/cpu/possible": "0-3\n",
  "sys/kernel/security/lsm": "lockdown,bpf",
  "sys/kernel/btf/vmlinux": new BtfBuilder().build(),
  "sys/kernel/tracing/available_filter_functions": "do_thing\n",
  "sys/kernel/tracing/events/sched/sched_switch/format":
    'name: sched_switch\nID: 1\nformat:\n\tfield:int pid;\toffset:8;\tsize:4;\tsigned:1;\n\nprint fmt: ""\n',
  "sys/kernel/debug/kprobes/blacklist": "0xffffffff81000100-0xffffffff81000110\thelper\n",
  "boot/config-6.9.1": "CONFIG_BPF=y\n",
}

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "skep-capture-"))
  for (const [path, content] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
})
afterEach(() => rmSync(root, { recursive: true }))

const sources = () => ({
  proc: join(root, "proc"),
  sys: join(root, "sys"),
  boot: join(root, "boot"),
  version: "6.9.1",
})

describe("captureProfile", () => {
  test("takes along what programs can observe", async () => {
    const profile = await decodeProfile(await captureProfile(sources()))
    expect(profile.facts).toMatchObject({
      release: "6.9",
      version: "6.9.1",
      cpus: 4,
      lsms: ["lockdown", "bpf"],
    })
    expect([...profile.symbols().all()].map(symbol => symbol.name)).toEqual(["do_thing", "helper"])
    expect([profile.isTraceable("do_thing"), profile.isBlacklisted("helper")]).toEqual([true, true])
    expect(profile.tracepoint("sched", "sched_switch")?.name).toBe("sched_switch")
    expect(profile.config("CONFIG_BPF")).toBe("y")
  })

  test("puts a kernel of 64-bit ARM whose addresses are randomised where one without would be", async () => {
    const kallsyms = "ffffc8a2d0010000 T _stext\nffffc8a2d0010040 T do_thing\nffffc8a2d0010100 t helper\n"
    writeFileSync(join(root, "proc/kallsyms"), kallsyms)
    writeFileSync(
      join(root, "sys/kernel/debug/kprobes/blacklist"),
      "0xffffc8a2d0010100-0xffffc8a2d0010110\thelper\n",
    )
    const profile = await decodeProfile(await captureProfile({ ...sources(), architecture: "arm64" }))
    expect([profile.architecture, profile.name]).toEqual(["arm64", "6.9-arm64"])
    expect(profile.symbols().find("do_thing")?.address).toBe(0xffff_8000_8001_0040n)
    expect(profile.symbols().at(0xffff_8000_8001_0044n)).toEqual({ name: "do_thing", offset: 4 })
    expect(profile.isBlacklisted("helper")).toBe(true)
  })

  test.each([
    ["proc/kallsyms", "0000000000000000 T do_thing\n", "hides addresses", "run as root"],
    ["proc/kallsyms", undefined, "kallsyms cannot be read", "mount"],
    ["sys/kernel/btf/vmlinux", undefined, "vmlinux cannot be read", "a kernel with BTF"],
    ["boot/config-6.9.1", undefined, "configuration is not known", "put the file"],
  ])("with %s as %j says what is wrong and what to do", async (path, content, message, hint) => {
    rmSync(join(root, path))
    if (content !== undefined) writeFileSync(join(root, path), content)
    await expect(captureProfile(sources())).rejects.toMatchObject({
      name: "ProfileError",
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    })
  })
})
