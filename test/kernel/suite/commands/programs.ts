import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs"
import { after, before, describe, test } from "node:test"
import { SkepError } from "skep"
import { type LinuxKernel, type LinuxObject, openLinuxKernel } from "skep/linux"
import { bpftool, compare, json, object, quiet, skep } from "./compare.ts"

const OBJECT = "/skep/test/programs/commands.bpf.o"
const PINS = "/sys/fs/bpf/programs"

describe("commands about programs print what bpftool prints", () => {
  let kernel: LinuxKernel
  let loaded: LinuxObject

  before(async () => {
    kernel = await openLinuxKernel()
    loaded = await kernel.load(object("commands"))
    mkdirSync(PINS, { recursive: true })
    await loaded.programs.target!.pin(`${PINS}/target`)
    await loaded.programs.target!.pin(`${PINS}/again`)
    await loaded.programs.pass!.pin(`${PINS}/pass`)
  })
  after(async () => {
    execFileSync("rm", ["-rf", PINS])
    await kernel[Symbol.asyncDispose]()
  })

  test("prog show of every program, pinned ones among them", async () => {
    await compare(["prog", "show"], ["-j"])
    await compare(["-f", "prog", "list"])
  })

  test("prog show of programs of every type that this kernel loads", async () => {
    const types = object("types")
    await using own = await openLinuxKernel()
    let count = 0
    for (const { name } of types.programs)
      try {
        await own.load(types, { only: [name] })
        count += 1
      } catch (error) {
        if (!(error instanceof SkepError)) throw error
      }
    assert(count > 20, `${count} types`)
    await compare(["prog"], ["", "-j"])
  })

  test("prog show by id, name, tag and path, also shortened", async () => {
    await compare(["prog", "show", "name", "target"], ["-j"])
    await compare(["prog", "show", "name", "entry_with_a_name_that_is_long"], [""])
    await compare(["prog", "show", "pinned", `${PINS}/target`], ["-p"])
    await compare(["p", "s", "i", String(loaded.programs.target!.id)], ["", "-j"])
    const [program] = await json<{ name: string; tag: string }[]>("prog", "show").then(all =>
      all.filter(({ name }) => name === "target"),
    )
    await compare(["prog", "show", "tag", program!.tag], ["", "-j"])
  })

  // bpftool takes seconds for each: it reads the kernel's symbols.
  test("prog dump xlated with maps, helpers, functions and source lines", async () => {
    await compare(["prog", "dump", "xlated", "name", "entry_with_a_name_that_is_long", "linum"], [""])
    await compare(["prog", "dump", "xlated", "name", "count_elements", "opcodes"], ["-j"])
  })

  test("prog dump xlated file writes the same bytes", async () => {
    const name = "entry_with_a_name_that_is_long"
    await quiet("prog", "dump", "xlated", "name", name, "file", "/tmp/skep.code")
    bpftool("prog", "dump", "xlated", "name", name, "file", "/tmp/bpftool.code")
    assert.deepEqual(readFileSync("/tmp/skep.code"), readFileSync("/tmp/bpftool.code"))
  })

  test("btf show, and btf dump of programs and maps", async () => {
    await compare(["btf", "show"])
    await compare(["btf", "dump", "prog", "name", "target"])
    const id = String(loaded.maps.typed!.id)
    for (const part of ["kv", "key", "value", "all"])
      await compare(["btf", "dump", "map", "id", id, part], [part === "kv" ? "-j" : ""])
    const { btf_id } = await json<{ btf_id: number }>("map", "show", "id", id)
    await compare(["btf", "dump", "id", String(btf_id)], ["-p"])
    const c = ["btf", "dump", "id", String(btf_id), "format", "c"]
    assert.deepEqual(declarations((await skep(...c)).out), declarations(bpftool(...c).out))
    await compare(["btf", "show", "id", String(btf_id)], ["", "-j"])
  })

  test("prog run gives what bpftool's gives", async () => {
    const args = ["prog", "run", "name", "target", "data_in", "/skep/package.json", "data_out", "-"]
    const untimed = (text: string): string => text.replace(/("?duration"?:? ?)\d+/, "$1N")
    for (const form of [[], ["-j"]]) {
      const [given, wanted] = [await skep(...form, ...args), bpftool(...form, ...args)]
      assert.equal(untimed(given.out), untimed(wanted.out))
      assert.equal(given.status, wanted.status)
    }
  })

  test("prog loadall pins programs and maps as bpftool does", async () => {
    const listing = (folder: string): string => execFileSync("ls", ["-R", folder], { encoding: "utf8" })
    await quiet("prog", "loadall", OBJECT, "/sys/fs/bpf/skep", "pinmaps", "/sys/fs/bpf/skep/maps")
    bpftool("prog", "loadall", OBJECT, "/sys/fs/bpf/bpft", "pinmaps", "/sys/fs/bpf/bpft/maps")
    assert.equal(listing("/sys/fs/bpf/skep"), listing("/sys/fs/bpf/bpft").replaceAll("bpft", "skep"))
    await compare(["-f", "prog", "show"], ["", "-j"])
    await compare(["-f", "map", "show"], ["", "-j"])
    execFileSync("rm", ["-rf", "/sys/fs/bpf/skep", "/sys/fs/bpf/bpft"])
  })

  test("prog load with maps that are there, by name and by place", async () => {
    const ids = async (path: string): Promise<number[]> =>
      (await json<{ map_ids: number[] }>("prog", "show", "pinned", path)).map_ids
    const typed = String(loaded.maps.typed!.id)
    const words = [
      ...["map", "name", "typed", "id", typed],
      ...["map", "idx", "3", "pinned", `${PINS}/jumps`],
    ]
    await quiet("map", "pin", "id", String(loaded.maps.jumps!.id), `${PINS}/jumps`)
    await quiet("prog", "load", OBJECT, `${PINS}/ours`, ...words)
    bpftool("prog", "load", OBJECT, `${PINS}/theirs`, ...words)
    const shared = [loaded.maps.typed!.id, loaded.maps.jumps!.id]
    for (const path of [`${PINS}/ours`, `${PINS}/theirs`])
      assert.deepEqual(
        (await ids(path)).filter(id => shared.includes(id)),
        shared,
        path,
      )
    const { status, err } = await skep(
      "prog",
      "load",
      OBJECT,
      `${PINS}/x`,
      "map",
      "name",
      "gone",
      "id",
      typed,
    )
    assert.equal(status, 1)
    assert.match(err, /unable to find map 'gone'\n {2}hint: .*typed/)
    for (const name of ["jumps", "ours", "theirs"]) rmSync(`${PINS}/${name}`)
  })

  test("prog load pins the first program, autoattach its link; prog pin another path", async () => {
    await quiet("prog", "load", OBJECT, `${PINS}/first`)
    assert.equal(
      (await json<{ name: string }>("prog", "show", "pinned", `${PINS}/first`)).name,
      "entry_with_a_name_that_is_long",
    )
    await quiet("prog", "pin", "pinned", `${PINS}/first`, `${PINS}/second`)
    await compare(["-f", "prog", "show"], ["-j"])
    await quiet("prog", "load", "/skep/exhibits/hello/program.bpf.o", `${PINS}/link`, "autoattach")
    await compare(["-f", "link", "show"])
    const again = await skep("prog", "load", OBJECT, `${PINS}/first`)
    assert.equal(again.status, 1)
    assert.match(again.err, /already exists/)
    assert(existsSync(`${PINS}/link`))
  })
})

/**
 * The declarations of a C header, sorted: each release of bpftool has its own order and macros, newer ones have spaces around
 * the colon of a bit field, and leave out structures that are only named.
 */
function declarations(header: string): string[] {
  return header
    .replaceAll(/^#.*$/gm, "")
    .replaceAll(/ : (\d+);/g, ": $1;")
    .split(/\n\n+/)
    .map(block => block.trim())
    .filter(block => block !== "" && !/^struct \w+;$/.test(block))
    .sort()
}
