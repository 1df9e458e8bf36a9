import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { readObject } from "../../object/index.ts"
import { loadBuiltinProfile } from "../../profile/node.ts"
import { EmbeddedKernel } from "../embedded-kernel.ts"

const read = (name: string) =>
  readFileSync(new URL(`../../../exhibits/${name}/program.bpf.o`, import.meta.url))
const profile = await loadBuiltinProfile("6.12")

describe("iterators", () => {
  test("over elements want a map that fits", async () => {
    const kernel = new EmbeddedKernel(profile)
    const object = await kernel.load(readObject(read("iter-map"), { name: "iter-map" }))
    const program = object.programs.dump_and_reset!
    await expect(program.attach()).rejects.toMatchObject({
      errno: "EBADF",
      hint: expect.stringContaining("map"),
    })
    await expect(program.attach({ kind: "iter", map: 4711 })).rejects.toMatchObject({ errno: "ENOENT" })
    const other = await kernel.load(readObject(read("fmod-ret"), { name: "fmod-ret" }))
    const queue = other.maps.steps!.id
    await expect(program.attach({ kind: "iter", map: queue })).rejects.toMatchObject({ errno: "EINVAL" })
    const bss = Object.values(other.maps).find(({ name }) => name.endsWith(".data"))
    const small = program.attach({ kind: "iter", map: bss?.id ?? 0 })
    await expect(small).rejects.toMatchObject({ errno: "EACCES" })
  })

  test("that are gone, or none, cannot be read", async () => {
    const kernel = new EmbeddedKernel(profile)
    const object = await kernel.load(readObject(read("iter-task"), { name: "iter-task" }))
    const [link] = await object.attach()
    const used = kernel.memory.kernel.used
    expect(await link?.read()).toContain(`${kernel.world.pid} `)
    expect(kernel.memory.kernel.used).toBe(used)
    await link?.detach()
    await expect(link?.read()).rejects.toMatchObject({ errno: "EOPNOTSUPP" })
    const probes = await kernel.load(readObject(read("kprobe"), { name: "kprobe" }))
    const [probe] = await probes.attach()
    await expect(probe?.read()).rejects.toMatchObject({ errno: "EINVAL" })
  })
})
