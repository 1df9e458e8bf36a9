import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { mkdirSync } from "node:fs"
import { after, before, describe, test } from "node:test"
import { type LinuxKernel, type LinuxObject, openLinuxKernel } from "skep/linux"
import { bpftool, compare, compareFailure, json, object, quiet, skep } from "./compare.ts"

const PINS = "/sys/fs/bpf/maps"
/** Maps without types: words of `map create`, and an element to put in. */
const PLAIN: readonly (readonly [type: string, words: string, key: string, value: string])[] = [
  ["hash", "key 4 value 8 entries 4", "1 2 3 4", "0x10 0 0 0 0 0 0 0xff"],
  ["hash", "key 20 value 4 entries 4 flags 1", `hex ${"0a ".repeat(20)}`, "1 2 3 4"],
  ["array", "key 4 value 32 entries 2", "1 0 0 0", `hex ${"ab ".repeat(32)}`],
  ["lru_hash", "key 2 value 2 entries 8", "9 9", "1 1"],
  ["percpu_hash", "key 4 value 4 entries 8", "1 1 1 1", "1 2 3 4"],
  ["lru_percpu_hash", "key 4 value 20 entries 8", "1 1 1 1", "7 ".repeat(20)],
  ["percpu_array", "key 4 value 12 entries 1", "0 0 0 0", "1 2 3 4 5 6 7 8 9 10 11 12"],
  ["lpm_trie", "key 8 value 1 entries 8 flags 1", "24 0 0 0 10 9 8 0", "1"],
  ["hash", "key 1 value 1 entries 1", "010", "0x1f"],
]
const QUEUES = ["queue", "stack"] as const
/** Nothing to put in by bytes. */
const OTHERS: readonly (readonly [type: string, words: string])[] = [
  ["ringbuf", "key 0 value 0 entries 4096"],
  ["perf_event_array", "key 4 value 4 entries 4"],
  ["prog_array", "key 4 value 4 entries 4"],
  ["cgroup_array", "key 4 value 4 entries 4"],
  ["stack_trace", "key 4 value 80 entries 4"],
  ["devmap", "key 4 value 4 entries 4"],
  ["cpumap", "key 4 value 4 entries 2"],
  ["sockmap", "key 4 value 4 entries 4"],
  ["reuseport_sockarray", "key 4 value 8 entries 4"],
]

describe("commands about maps print what bpftool prints", () => {
  let kernel: LinuxKernel
  let loaded: LinuxObject
  const idOf = (name: string): string => String(loaded.maps[name]!.id)

  before(async () => {
    kernel = await openLinuxKernel()
    loaded = await kernel.load(object("commands"))
    mkdirSync(PINS, { recursive: true })
    await loaded.maps.typed!.pin(`${PINS}/typed`)
  })
  after(async () => {
    execFileSync("rm", ["-rf", PINS])
    await kernel[Symbol.asyncDispose]()
  })

  test("map show of every map, pinned ones among them", async () => {
    await compare(["map", "show"], [""])
    await compare(["-f", "map", "show"], ["-p"])
    await compare(["map", "show", "name", "typed"], ["", "-j"])
    await compare(["map", "show", "pinned", `${PINS}/typed`])
  })

  test("plain maps of bytes, with sizes on every layout's edge", async () => {
    const split = (text: string): string[] => text.trim().split(/\s+/)
    for (const [index, [type, words, key, value]] of PLAIN.entries()) {
      const path = `${PINS}/plain${index}`
      await quiet("map", "create", path, "type", type, ...split(words), "name", `plain${index}`)
      await quiet("map", "update", "pinned", path, "key", ...split(key), "value", ...split(value))
      await compare(["map", "dump", "pinned", path], ["", "-j"])
      await compare(["map", "lookup", "pinned", path, "key", ...split(key)], [index % 2 === 0 ? "" : "-p"])
      await compare(["map", "getnext", "pinned", path], [index % 2 === 0 ? "-j" : ""])
    }
  })

  for (const type of QUEUES)
    test(`a ${type}`, async () => {
      const path = `${PINS}/${type}`
      const [put, take] = type === "queue" ? ["enqueue", "dequeue"] : ["push", "pop"]
      await quiet("map", "create", path, "type", type, ..."key 0 value 4 entries 4 name waiting".split(" "))
      for (const byte of ["1", "2", "3", "4"])
        await quiet("map", put, "pinned", path, "value", byte, "0", "0", "0")
      await compare(["map", "show", "pinned", path])
      await compare(["map", "peek", "pinned", path])
      const [ours, theirs] = [await skep("map", take, "pinned", path), bpftool("map", take, "pinned", path)]
      assert.match(ours.out, type === "queue" ? /^value: 01 00/ : /^value: 04 00/)
      assert.match(theirs.out, type === "queue" ? /^value: 02 00/ : /^value: 03 00/)
      await skep("map", take, "pinned", path)
      await skep("map", take, "pinned", path)
      await compare(["map", take, "pinned", path], ["", "-j"])
    })

  test("maps whose values are not for user space", async () => {
    for (const [type, words] of OTHERS) {
      const path = `${PINS}/${type}`
      await quiet("map", "create", path, "type", type, ...words.split(" "), "name", type.slice(0, 15))
      if (type !== "ringbuf") await compare(["map", "dump", "pinned", path], ["", "-j"])
    }
    await compare(["-f", "map", "show"])
  })

  test("maps with types, empty and filled", async () => {
    await compare(["map", "dump", "pinned", `${PINS}/typed`])
    const bytes = (size: number, first: number): string[] =>
      Array.from({ length: size }, (_, index) => String((first + index * 7) & 0xff))
    const value = bytes(loaded.maps.typed!.valueSize, 250)
    await quiet("map", "update", "pinned", `${PINS}/typed`, "key", ...bytes(16, 65), "value", ...value)
    const named = ["hex", ..."2a 00 00 00 41 62 65 65 00 00 00 00 00 00 00 00".split(" ")]
    await quiet("map", "update", "name", "typed", "value", ...value.reverse(), "key", ...named)
    await compare(["map", "dump", "pinned", `${PINS}/typed`])
    await compare(["map", "lookup", "name", "typed", "key", ...named])
    // In the order of the table, which is another one each time.
    const keys = (await json<{ key: string[] }[]>("map", "dump", "name", "typed")).map(({ key }) => key)
    assert.equal(keys.length, 2)
    await compare(["map", "getnext", "name", "typed", "key", ...keys[0]!], ["", "-j"])
    await compareFailure("map", "getnext", "name", "typed", "key", ...keys[1]!)
    for (const name of ["per_cpu", "inner", "commands.bss", "commands.data", "commands.rodata"])
      await compare(["map", "dump", "id", idOf(loaded.maps[name] ? name : `.${name.split(".")[1]}`)])
    await quiet("map", "delete", "name", "typed", "key", ...named)
    await compare(["map", "lookup", "name", "typed", "key", ...named], ["", "-j"])
  })

  test("maps of programs and of maps", async () => {
    const target = String(loaded.programs.target!.id)
    await quiet("map", "update", "id", idOf("jumps"), "key", "1", "0", "0", "0", "value", "id", target)
    await compare(["map", "show", "id", idOf("jumps")])
    await compare(["map", "dump", "id", idOf("jumps")])
    await quiet("map", "update", "id", idOf("outer"), "key", "1", "0", "0", "0", "value", "id", idOf("inner"))
    await compare(["map", "dump", "id", idOf("outer")])
  })

  test("a frozen map, whose elements user space cannot change", async () => {
    const path = `${PINS}/frozen`
    await quiet("map", "create", path, "type", "hash", ..."key 4 value 4 entries 4 name frozen".split(" "))
    await quiet("map", "freeze", "pinned", path)
    await compare(["map", "show", "pinned", path])
    const { status, err } = await skep(
      "map",
      "update",
      "pinned",
      path,
      ..."key 1 0 0 0 value 1 0 0 0".split(" "),
    )
    assert.equal(status, 1)
    assert.match(err, /update: Operation not permitted \(EPERM\)/)
  })

  test("several maps of one name", async () => {
    for (const name of ["one", "two"]) {
      const words = "type hash key 4 value 4 entries 4 name twins".split(" ")
      await quiet("map", "create", `${PINS}/${name}`, ...words)
      await quiet("map", "update", "pinned", `${PINS}/${name}`, ..."key 1 0 0 0 value 1 0 0 0".split(" "))
    }
    await compare(["map", "show", "name", "twins"])
    await compare(["map", "dump", "name", "twins"])
    await quiet("map", "pin", "pinned", `${PINS}/one`, `${PINS}/again`)
    await compare(["-f", "map", "show", "name", "twins"], ["", "-j"])
    const { status, err } = await skep("map", "freeze", "name", "twins")
    assert.equal(status, 1)
    assert.match(err, /several maps match this handle\n {2}hint: name one of them by id: \d+, \d+/)
  })
})
