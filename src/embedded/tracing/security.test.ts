import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { readObject } from "../../object/index.ts"
import { KernelProfile } from "../../profile/index.ts"
import { loadBuiltinProfile } from "../../profile/node.ts"
import { EmbeddedKernel } from "../embedded-kernel.ts"

const bytes = readFileSync(new URL("../../../exhibits/guard/program.bpf.o", import.meta.url))
const guard = readObject(bytes, { name: "guard" })
const profile = await loadBuiltinProfile("6.12")

async function guarded(lsms: readonly string[]): Promise<{ kernel: EmbeddedKernel; notes: unknown[] }> {
  const kernel = new EmbeddedKernel(new KernelProfile({ ...profile.facts, lsms }, profile.sections()))
  const object = await kernel.load(guard)
  const links = await object.attach()
  await object.maps.forbidden?.set("/bin/true", 1)
  return { kernel, notes: links.map(({ note }) => note) }
}

describe("programs of security modules", () => {
  test("decide where bpf is among the active ones", async () => {
    const { kernel, notes } = await guarded(["capability", "bpf"])
    expect((await kernel.world.exec("/bin/true")).status).toBe(126)
    expect(notes).toEqual([undefined, undefined, undefined, undefined])
  })

  test("are never called where it is not, and say so", async () => {
    const { kernel, notes } = await guarded(["capability"])
    expect((await kernel.world.exec("/bin/true")).status).toBe(0)
    expect(notes).toContain(
      "bpf is not among this kernel's active LSMs: nothing calls bpf_lsm_bprm_check_security",
    )
  })
})
