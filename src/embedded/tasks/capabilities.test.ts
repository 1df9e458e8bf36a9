import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { readObject } from "../../object/index.ts"
import { loadBuiltinProfile } from "../../profile/node.ts"
import { EmbeddedKernel } from "../embedded-kernel.ts"

const bytes = readFileSync(new URL("../../../exhibits/kprobe/program.bpf.o", import.meta.url))
const object = readObject(bytes, { name: "kprobe" })
const [ALL, NONE] = ["000001ffffffffff", "0000000000000000"]

test.each(["6.1", "6.12"])(
  "capabilities of %s are those of a user, of a parent, and of an exec",
  async release => {
    const { world } = new EmbeddedKernel(await loadBuiltinProfile(release))
    const effective = (pid = world.pid) =>
      /^CapEff:\t(\w+)$/m.exec(world.readText(`/proc/${pid}/status`))?.[1]
    expect(effective()).toBe(ALL)
    const user = world.spawn({ uid: 1000 })
    expect(effective(user.pid)).toBe(NONE)
    user.exit()
    await world.withCapabilities(["CAP_BPF"], () => {
      expect(effective()).toBe("000001bfffdfefff")
      const child = world.spawn()
      expect(effective(child.pid)).toBe(effective())
      child.exec("/bin/true", ["true"])
      expect(effective(child.pid)).toBe(ALL)
      child.exit()
    })
    expect(effective()).toBe(ALL)
  },
)

test("a load asks for what the shell holds, unless it is told otherwise", async () => {
  const kernel = new EmbeddedKernel(await loadBuiltinProfile("6.12"))
  const { world } = kernel
  const loading = world.withCapabilities(["CAP_BPF"], () => kernel.load(object))
  await expect(loading).rejects.toMatchObject({
    errno: "EPERM",
    hint: expect.stringContaining("this process lacks CAP_PERFMON"),
  })
  await world.withCapabilities(["CAP_BPF", "CAP_PERFMON"], () => kernel.load(object))
  await world.withCapabilities([], () => kernel.load(object, { capabilities: ["CAP_SYS_ADMIN"] }))
})
