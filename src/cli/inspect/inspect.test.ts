import { readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { createColors } from "picocolors"
import { describe, expect, test } from "vitest"
import { SkepError } from "../../base/index.ts"
import type { Io } from "../io.ts"
import { main } from "../main.ts"
import type { InspectReport } from "./index.ts"

const fixture = (name: string) =>
  fileURLToPath(new URL(`../../object/fixtures/${name}.bpf.o`, import.meta.url))

/** Runs `skep inspect …`; `files` replaces what is on the disk. */
async function inspect(
  args: readonly string[],
  files: Readonly<Record<string, Uint8Array>> = {},
  colours = false,
) {
  let out = ""
  let err = ""
  const io: Io = {
    out: text => {
      out += text
    },
    err: text => {
      err += text
    },
    style: createColors(colours),
    async readFile(path) {
      if (path in files) return files[path]!
      if (path === "gone.o")
        throw new SkepError("gone.o: No such file or directory (ENOENT)", { errno: "ENOENT" })
      return readFile(path)
    },
  }
  const status = await main(["inspect", ...args], io)
  return { status, out, err }
}

const json = async (name: string) =>
  JSON.parse((await inspect([fixture(name), "--json"])).out) as InspectReport

describe("skep inspect prints", () => {
  test("the facts of the object, then a table of programs", async () => {
    const { status, out } = await inspect([fixture("programs")])
    expect(status).toBe(0)
    expect(out.split("\n").slice(0, 7)).toEqual([
      'programs: BPF object, little endian, 8,312 bytes, license "Dual BSD/GPL", BTF of 59 types, for kernel version 6.12.0',
      "",
      "programs (7)",
      "  name             section                        type             attach type  target                     insns  autoload  subprograms",
      "  first            xdp                            xdp              xdp                                        29            weak_answer global_sum four_times twice",
      "  second           xdp                            xdp              xdp                                        24            four_times twice hidden_step",
      "  optional         ?tp/syscalls/sys_enter_execve  tracepoint                    syscalls/sys_enter_execve     17  no        on_iteration twice",
    ])
    expect(out).toContain("problem: cannot find exception callback 'missing'")
    expect(out).toContain("unknown section")
  })

  test("maps with types, flags, inner maps and initial slots", async () => {
    const { out } = await inspect([fixture("maps")])
    expect(out).toContain("no license")
    expect(out).toMatch(/flows +hash +8 +16 +1024 +no_prealloc +struct key +struct value +pinned by name/)
    expect(out).toMatch(/outer +array_of_maps +4 +4 +4 +\[0\] inner_a \[2\] inner_b\n +outer\.inner +array/)
  })

  test("globals, externs and what nobody reads", async () => {
    const { out } = await inspect([fixture("globals")])
    expect(out).toMatch(/origin +globals\.data +8 +16 +struct point\n/)
    expect(out).toMatch(/bpf_task_release +kfunc +void \(struct task_struct \*\) +weak/)
    expect(out).toContain("warning: section 'mystery' (4 bytes) is not recognised: nothing reads it")
  })

  test("struct_ops with their programs", async () => {
    const { out } = await inspect([fixture("struct-ops")])
    expect(out).toContain(
      "optional: struct tcp_congestion_ops___ours, attached by link, not created unless asked for",
    )
    expect(out).toContain("    .undo_cwnd = late\n")
  })

  test("CO-RE relocations by type", async () => {
    const { out } = await inspect([fixture("core")])
    expect(out).toMatch(/struct task_struct +field_byte_offset +3 +mm tgid\n/)
    expect(out).toMatch(/enum some_enum +enumval_value +1 +SOME_VALUE\n/)
  })

  test("colours only when asked for", async () => {
    expect((await inspect([fixture("maps")])).out).not.toContain("\u001b")
    const { out } = await inspect([fixture("maps")], {}, true)
    expect(out).toContain("\u001b[36mflows\u001b[39m")
  })
})

describe("skep inspect --json", () => {
  test("has everything of a program", async () => {
    const report = await json("programs")
    expect(report).toMatchObject({
      name: "programs",
      architecture: "bpf",
      byteOrder: "little",
      btf: { types: 59 },
    })
    expect(report.programs[2]).toEqual({
      name: "optional",
      section: "?tp/syscalls/sys_enter_execve",
      type: "tracepoint",
      attachType: null,
      target: "syscalls/sys_enter_execve",
      sleepable: false,
      autoload: false,
      instructions: 17,
      subprograms: ["on_iteration", "twice"],
      maps: [],
      externs: [],
      coreRelocations: 0,
      lines: 12,
      problem: null,
    })
    expect(report.programs[4]).toMatchObject({ name: "unknown_section", type: null, target: null })
  })

  test("has everything of a map", async () => {
    const { maps, programs } = await json("maps")
    expect(maps.find(map => map.name === "bloom")).toEqual({
      name: "bloom",
      section: ".maps",
      type: "bloom_filter",
      keySize: 0,
      valueSize: 8,
      maxEntries: 100,
      flags: 0,
      flagNames: [],
      keyType: null,
      valueType: null,
      numaNode: null,
      extra: "5",
      pinning: "none",
      inner: null,
      initialSlots: [],
      structOps: null,
    })
    expect(maps.find(map => map.name === "outer")?.inner?.name).toBe("outer.inner")
    expect(programs[1]?.maps).toEqual(["outer", "bloom", "counters"])
  })

  test("reads big-endian objects", async () => {
    expect((await json("maps.be")).byteOrder).toBe("big")
  })
})

describe("skep inspect fails with 1 for", () => {
  test.each([
    ["a missing file", "gone.o", undefined, "skep: gone.o: No such file or directory (ENOENT)\n"],
    [
      "text",
      "a.txt",
      new TextEncoder().encode("hello"),
      "skep: a.txt: not a proper ELF object: it starts with 68 65 6c 6c, not with 7f 45 4c 46\n" +
        "  hint: give the object file that clang -target bpf writes\n",
    ],
  ])("%s", async (_, path, bytes, message) => {
    const { status, out, err } = await inspect([path], bytes && { [path]: bytes })
    expect({ status, out, err }).toEqual({ status: 1, out: "", err: message })
  })

  test("an object of another machine, saying what it is", async () => {
    const bytes = new Uint8Array(await readFile(fixture("maps")))
    bytes[18] = 62
    const { status, err } = await inspect(["x.o"], { "x.o": bytes })
    expect(status).toBe(1)
    expect(err).toBe(
      "skep: x.o: not a valid eBPF object file: it is an ELF file for x86-64\n  hint: compile with clang -target bpf\n",
    )
  })

  test("a file that is cut off", async () => {
    const bytes = new Uint8Array(await readFile(fixture("maps"))).slice(0, 3000)
    const { status, err } = await inspect(["x.o"], { "x.o": bytes })
    expect(status).toBe(1)
    expect(err).toMatch(
      /^skep: x\.o: elf: section headers \(bytes \d+ to \d+\) leave the file of 3000 bytes\n/,
    )
    expect(err).toContain("hint: the file is cut off or damaged: compile it again")
  })
})

test("skep inspect without an object is wrong usage", async () => {
  const { status, err } = await inspect([])
  expect(status).toBe(2)
  expect(err).toContain("missing required argument 'object'")
})

test("skep inspect --help tells what it does", async () => {
  const { status, out } = await inspect(["--help"])
  expect(status).toBe(0)
  expect(out).toContain("Shows what an object file holds")
  expect(out).toContain("--json")
})
