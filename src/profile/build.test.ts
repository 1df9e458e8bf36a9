import { describe, expect, test } from "vitest"
import { BtfBuilder } from "../btf/index.ts"
import { buildProfile, type CapturedKernel } from "./build.ts"
import { decodeProfile } from "./decode-profile.ts"

const types = new BtfBuilder()
types.add({ kind: "int", name: "int", size: 4, offset: 0, bits: 32, encoding: "signed" } as never)

const CAPTURED: CapturedKernel = {
  release: "6.12",
  version: "6.12.0-test",
  architecture: "x86_64",
  banner: "Linux version 6.12.0-test",
  cpus: 2,
  lsms: ["capability", "bpf"],
  btf: types.build(),
  kallsyms: [
    "0000000000000000 A fixed_percpu_data",
    "ffffffff81000000 T _text",
    "ffffffff81002000 t do_thing",
    "ffffffff81001000 t __pfx_do_thing",
    "ffffffff81003000 t no_kprobes_here",
    "ffffffffc0001000 t of_a_module\t[nvme]",
    "",
  ].join("\n"),
  functions: "do_thing\nof_a_module [nvme]\n",
  blacklist: "0xffffffff81003000-0xffffffff81003040\tno_kprobes_here\n",
  events:
    "@ sched/sched_thing\nname: sched_thing\nID: 7\nformat:\n\tfield:int pid;\toffset:8;\tsize:4;\tsigned:1;\n",
  config: '# comment\nCONFIG_HZ=250\nCONFIG_BPF=y\n# CONFIG_FPROBE is not set\nCONFIG_LSM="bpf"\n',
}

describe("buildProfile", async () => {
  const profile = await decodeProfile(await buildProfile(CAPTURED))

  test("keeps what a kernel says of itself", () => {
    expect(profile).toMatchObject({
      release: "6.12",
      version: "6.12.0-test",
      architecture: "x86_64",
      handMade: false,
      lsms: ["capability", "bpf"],
    })
  })

  test("keeps the kernel's own symbols, flagged from the two lists", () => {
    expect([...profile.symbols().all()].map(symbol => symbol.name)).toEqual([
      "_text",
      "do_thing",
      "no_kprobes_here",
    ])
    expect(profile.isTraceable("do_thing")).toBe(true)
    expect(profile.isTraceable("no_kprobes_here")).toBe(false)
    expect(profile.isBlacklisted("no_kprobes_here")).toBe(true)
    expect(profile.isBlacklisted("do_thing")).toBe(false)
    expect(profile.isTraceable("absent")).toBe(false)
  })

  test("reads trace events and configuration", () => {
    expect(profile.tracepoint("sched", "sched_thing")?.fields[0]).toMatchObject({ name: "pid", offset: 8 })
    expect(profile.tracepoint("sched", "other")).toBeUndefined()
    expect(profile.tracepoints().map(event => event.id)).toEqual([7])
    expect(profile.config("CONFIG_HZ")).toBe("250")
    expect(profile.config("CONFIG_LSM")).toBe('"bpf"')
    expect(profile.config("CONFIG_FPROBE")).toBeUndefined()
  })

  test("opens the types", () => {
    expect(profile.btf().find("int", "int")).toBe(1)
  })
})
