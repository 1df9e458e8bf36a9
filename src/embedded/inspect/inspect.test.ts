import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { type ObjectSpec, readObject } from "../../object/index.ts"
import { loadBuiltinProfile } from "../../profile/node.ts"
import { EmbeddedKernel } from "../embedded-kernel.ts"
import { EmbeddedObjects } from "./index.ts"

const read = (path: string): ObjectSpec =>
  readObject(readFileSync(new URL(`../../../${path}.bpf.o`, import.meta.url)), { name: "tested" })

// What Linux 6.12 says of the same objects: test/kernel/suite/commands/kept-facts.ts compares all of it.
describe("facts on 6.12 are those of a real kernel", async () => {
  const profile = await loadBuiltinProfile("6.12")

  test("tags, of programs with maps, variables and functions", async () => {
    const kernel = new EmbeddedKernel(profile)
    const objects = new EmbeddedObjects(kernel)
    const tagOf = async (path: string, name: string) => {
      const { programs } = await kernel.load(read(path))
      return objects.program(programs[name]!.id)!.tag
    }
    expect(await tagOf("exhibits/hello/program", "tp_execve")).toBe("9798544af011d5a5")
    expect(await tagOf("test/kernel/programs/hooks", "on_kprobe")).toBe("101d400737dcf4d8")
    expect(await tagOf("test/kernel/programs/commands", "entry_with_a_name_that_is_long")).toBe(
      "0f62870ad0e46546",
    )
    expect(await tagOf("test/kernel/programs/variables", "variables")).toBe("84487eee6eb3044e")
    expect(await tagOf("test/kernel/programs/timers", "timers")).toBe("7fa531e866c05a1a")
    expect(await tagOf("test/ground-truth/programs/maps", "callbacks")).toBe("e0240578127d9574")
  })

  test("the memory and the owner of maps, and what struct_ops programs stand in for", async () => {
    const kernel = new EmbeddedKernel(profile)
    const objects = new EmbeddedObjects(kernel)
    const { maps, programs } = await kernel.load(read("test/kernel/programs/congestion"))
    expect(objects.map(maps.plain!.id)).toMatchObject({ type: 26, memlock: 5264 })
    expect(objects.program(programs.skep_ssthresh!.id)).toMatchObject({
      attachBtfObject: 1,
      attachBtfId: 33536,
    })
    const { maps: others } = await kernel.load(read("test/kernel/programs/commands"))
    expect(objects.map(others.jumps!.id)).toMatchObject({ memlock: 296, ownerType: 6, ownerJited: true })
  })
})

test("the interpreter's kernel translates no program", async () => {
  const kernel = new EmbeddedKernel(await loadBuiltinProfile("6.1"), { engine: "interpreter" })
  const { programs } = await kernel.load(read("exhibits/hello/program"), { only: ["tp_execve"] })
  const objects = new EmbeddedObjects(kernel)
  expect(objects.program(programs.tp_execve!.id)).toMatchObject({ jitedLength: 0, memlock: 4096 })
  expect(objects.code(programs.tp_execve!.id).machineCode).toHaveLength(0)
})

test("what is not there is undefined, or refused with the kernel's errno", async () => {
  const objects = new EmbeddedObjects(new EmbeddedKernel(await loadBuiltinProfile("6.12")))
  expect([objects.program(1), objects.map(1), objects.link(1), objects.btf(2)]).toEqual([
    ...[undefined, undefined, undefined, undefined],
  ])
  expect(() => objects.openMap(1)).toThrow("BPF_MAP_GET_FD_BY_ID: No such file or directory (ENOENT)")
  expect(() => objects.detachLink(1)).toThrow("ENOENT")
})
