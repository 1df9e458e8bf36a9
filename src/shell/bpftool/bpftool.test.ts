import { beforeAll, describe, expect, test } from "vitest"
import { bootKernel, type EmbeddedKernel } from "../../embedded/index.ts"
import { loadBuiltinProfile } from "../../profile/node.ts"
import { bpftool, jsonOf, outputOf } from "./testing/bpftool.ts"

let kernel: EmbeddedKernel
beforeAll(async () => {
  kernel = await bootKernel({ profile: await loadBuiltinProfile("6.12") })
})

describe("bpftool", () => {
  test("takes its options anywhere, in a row and in full", async () => {
    const wanted = await outputOf(kernel, "-p net show")
    for (const line of [
      "-jp net show",
      "net show --pretty",
      "--json --pretty net show",
      "net -pf show",
      "net show --pre",
    ])
      expect(await outputOf(kernel, line)).toBe(wanted)
  })

  test.each([
    ["nothing", "Error: unknown object 'nothing'\n"],
    ["prog nothing", "Error: bpftool prog has no command 'nothing'\n"],
    ["-x prog", "Error: unrecognized option '-x'\n"],
    ["prog show id", "Error: expected ID, but the command ends there\n  hint: bpftool prog show [PROG]\n"],
    ["net attach none", "Error: invalid net attach/detach type: none\n"],
  ])("refuses %s", async (line, text) => {
    const { status, out, err } = await bpftool(kernel, line)
    expect([status, out]).toEqual([255, ""])
    expect(err.startsWith(text)).toBe(true)
  })

  test("explains itself, a noun and a verb", async () => {
    expect(await outputOf(kernel, "help")).toMatch(
      /^Usage: bpftool \[OPTIONS\] OBJECT \{ COMMAND \| help \}\n/,
    )
    expect(await outputOf(kernel, "map help")).toMatch(/^Usage: bpftool map COMMAND/)
    expect(await outputOf(kernel, "map dump help")).toMatch(/^Usage: bpftool map dump MAP\n/)
    expect(await outputOf(kernel, "version")).toMatch(/^bpftool v7/)
    expect(await jsonOf(kernel, "version")).toMatchObject({ version: "7.1.0" })
    expect((await bpftool(kernel, "-V")).out).toBe(await outputOf(kernel, "version"))
  })

  test("runs the commands of a file up to the first that fails", async () => {
    const files = (text: string) => ({ "commands.txt": new TextEncoder().encode(text) })
    const create = "map create /sys/fs/bpf/NAME type array key 4 value 4 entries 1 name NAME # made here\n"
    const good = `# two maps\n${create.replaceAll("NAME", "one")}\n${create.replaceAll("NAME", "two")}`
    expect(await bpftool(kernel, "batch file commands.txt", files(good))).toEqual({
      ...{ status: 0, out: "processed 2 commands\n", err: "" },
    })
    const bad = `map show name one\nmap show id 99\nmap freeze name one\n`
    const { status, out, err } = await bpftool(kernel, "batch file commands.txt", files(bad))
    expect(status).toBe(255)
    expect(out).toMatch(/^\d+: array {2}name one/)
    expect(err).toContain("No such file or directory\n")
    expect(await outputOf(kernel, "map show name one")).not.toContain("frozen")
  })
})

describe("bpftool feature", () => {
  test("probe tells what the kernel has, as a real one does", async () => {
    const text = await outputOf(kernel, "feature probe kernel")
    for (const line of [
      "Scanning system configuration...\nbpf() syscall restricted to privileged users (admin can change)\nJIT compiler is enabled\n",
      "CONFIG_BPF_LIRC_MODE2 is not set\n",
      "CONFIG_HZ is set to 250\n",
      "eBPF program_type lirc_mode2 is NOT available\neBPF program_type sk_reuseport is available\n",
      "eBPF map_type arena is available\n",
      "eBPF helpers supported for program type xdp:\n\t- bpf_map_lookup_elem\n",
      "Bounded loop support is available\n",
    ])
      expect(text).toContain(line)
    expect(text).not.toContain("- bpf_trace_printk\n")
    expect(await outputOf(kernel, "feature probe kernel full")).toContain("- bpf_trace_printk\n")
    const json = (await jsonOf(kernel, "feature probe")) as Record<string, Record<string, unknown>>
    expect(json.program_types).toMatchObject({ have_xdp_prog_type: true, have_lirc_mode2_prog_type: false })
    expect(
      (await outputOf(kernel, "feature probe macros")).startsWith("/*** Misc kernel config items ***/\n"),
    ).toBe(true)
  })

  test("list_builtins needs no kernel; a probe of hardware is not modelled", async () => {
    expect(await outputOf(kernel, "feature list_builtins prog_types")).toContain("unspec\nsocket_filter\n")
    expect((await bpftool(kernel, "feature probe dev lo")).err).toContain(
      "not modelled by the embedded kernel yet",
    )
  })
})
