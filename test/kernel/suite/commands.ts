import assert from "node:assert/strict"
import { execFileSync, spawnSync } from "node:child_process"
import { mkdirSync, readFileSync } from "node:fs"
import { after, before, describe, test } from "node:test"
import { readObject } from "skep"
import { type LinuxKernel, type LinuxObject, openLinuxKernel } from "skep/linux"
import { bpftool, compare, skep } from "./commands/compare.ts"

const object = readObject(readFileSync("/skep/test/programs/commands.bpf.o"), { name: "commands" })
const PINS = "/sys/fs/bpf/commands"

describe("commands on the real kernel print what bpftool prints", () => {
  let kernel: LinuxKernel
  let loaded: LinuxObject

  before(async () => {
    kernel = await openLinuxKernel()
    loaded = await kernel.load(object)
    mkdirSync(PINS, { recursive: true })
    await loaded.programs.target!.pin(`${PINS}/target`)
    await loaded.maps.typed!.pin(`${PINS}/typed`)
    const links = await loaded.attach()
    await links[0]?.pin(`${PINS}/link`)
  })
  after(async () => {
    execFileSync("rm", ["-rf", PINS])
    await kernel[Symbol.asyncDispose]()
  })

  test("prog show", () => compare("prog", "show"))
  test("prog show -f", () => compare("-f", "prog", "show"))
  test("prog show by name, tag and path", async () => {
    await compare("prog", "show", "name", "target")
    await compare("prog", "show", "name", "entry_with_a_name_that_is_long")
    await compare("prog", "show", "tag", loaded.programs.target!.info().tag.toString(16) && tagOf("target"))
    await compare("prog", "show", "pinned", `${PINS}/target`)
    await compare("p", "s", "i", String(loaded.programs.target!.id))
  })
  test("map show", () => compare("map", "show"))
  test("map show -f", () => compare("-f", "map", "show"))
  test("link show", () => compare("link", "show"))
  test("link show -f", () => compare("-f", "link", "show"))
  test("btf show", () => compare("btf", "show"))
  test("perf show", () => compare("perf", "show"))

  function tagOf(name: string): string {
    const [program] = JSON.parse(
      bpftool("-j", "prog", "show", "name", name).out.replace(/^\{(.*)\}$/s, "[{$1}]"),
    )
    return program.tag
  }

  for (const name of [
    "typed",
    "per_cpu",
    "jumps",
    "outer",
    "inner",
    "commands.bss",
    "commands.rodata",
    "commands.data",
  ])
    test(`map dump ${name}`, async () => {
      const id = String(loaded.maps[name]?.id ?? loaded.maps[`.${name.split(".")[1]}`]?.id)
      await compare("map", "dump", "id", id)
    })

  test("wrong usage ends with status 2 and a helpful text", async () => {
    for (const args of [
      ["prog", "shew"],
      ["prog", "show", "nobody"],
      ["map", "lookup", "id", "x"],
      ["map", "create"],
    ]) {
      const { status, err } = await skep(...args)
      assert.equal(status, 2, args.join(" "))
      assert.match(err, /skep: .+\n {2}hint: /)
    }
    assert.equal(spawnSync("bpftool", ["prog", "shew"]).status, 255)
  })
})
