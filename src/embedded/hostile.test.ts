import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { NotModelledError, ProgramFault, SkepError, VerifierError } from "../base/index.ts"
import { readObject } from "../object/index.ts"
import { loadBuiltinProfile } from "../profile/node.ts"
import { EmbeddedKernel } from "./embedded-kernel.ts"

const object = readObject(readFileSync(new URL("fixtures/hostile.bpf.o", import.meta.url)), {
  name: "hostile",
})
const profile = await loadBuiltinProfile("6.12")

/** What running one program of the fixture ends with. */
async function outcomeOf(program: string): Promise<{ error: unknown; kernel: EmbeddedKernel }> {
  const kernel = new EmbeddedKernel(profile)
  const loaded = await kernel.load(object, { only: [program], verify: false })
  await loaded.attach()
  const error = await kernel.world.exec("/bin/true").then(
    () => undefined,
    (error: unknown) => error,
  )
  await loaded[Symbol.asyncDispose]()
  return { error, kernel }
}

describe.each(["6.1", "6.12"])("the verifier of %s refuses", release => {
  const { programs } = object
  test.each(programs.map(({ name }) => name))("%s", async name => {
    const kernel = new EmbeddedKernel(await loadBuiltinProfile(release))
    const load = kernel.load(object, { only: [name] })
    await expect(load).rejects.toThrow(VerifierError)
    await expect(load).rejects.toMatchObject({ errno: expect.stringMatching(/^(EACCES|EINVAL|E2BIG)$/) })
  })
})

describe("a program that no verifier has seen", () => {
  test.each([
    ["wild_load", "load of 4 bytes outside", "return *(volatile int *)HIDDEN(WILD);"],
    ["wild_store", "store of 8 bytes outside", "*(volatile u64 *)HIDDEN(WILD) = 1;"],
    ["null_store", "store of 8 bytes in the unused first 64 KiB", "*(volatile u64 *)HIDDEN(8) = 1;"],
    ["past_memory", "load of 1 bytes outside", "return *(volatile char *)HIDDEN(0x7fff0000);"],
    ["endless", "the budget of 100000000 instructions is used up", "zero = 0;"],
    ["recursion", "the call stack of 8 frames is too deep", "deeper(count)"],
    ["wild_key", "the argument 0xdead000000000000 is no pointer to 4 bytes", "bpf_map_lookup_elem"],
    ["wild_value", "the argument 0x0 is no pointer to 8 bytes", "bpf_map_update_elem"],
    ["no_map", "the argument 0xdead000000000000 is no map", "bpf_map_lookup_elem"],
    ["wild_destination", "is no pointer to 16 bytes", "bpf_get_current_comm"],
    ["wild_format", "is no pointer to 32 bytes", "bpf_trace_printk"],
    ["wild_data", "is no pointer to 64 bytes", "bpf_ringbuf_output"],
    ["huge_data", "is no pointer to 2147483647 bytes", "bpf_ringbuf_output"],
    ["never_reserved", "no ring buffer has a record reserved at 0x", "bpf_ringbuf_submit"],
    ["submitted_twice", "no ring buffer has a record reserved at 0x", "bpf_ringbuf_submit"],
    ["wild_callback", "the callback 0x3039 is no function of this program", "bpf_loop"],
    ["other_map", "map 'numbers' is no prog_array", "bpf_tail_call"],
  ])(
    "ends in a fault that names program, instruction and line: %s",
    async (program, reason, line) => {
      const { error } = await outcomeOf(program)
      expect(error).toBeInstanceOf(ProgramFault)
      const { message } = error as ProgramFault
      expect(message).toMatch(new RegExp(`^prog '${program}': instruction \\d+: .*hostile\\.bpf\\.c:\\d+: `))
      expect(message).toContain(line)
      expect(message).toContain(reason)
    },
    120_000,
  )

  test.each([
    ["unknown_helper", "helper #9999 is not modelled by the embedded kernel yet"],
    ["absent_helper", "helper bpf_get_cgroup_classid#17 is not modelled by the embedded kernel yet"],
  ])("is told which helper is missing: %s", async (program, reason) => {
    const { error } = await outcomeOf(program)
    expect(error).toBeInstanceOf(NotModelledError)
    const { message } = error as NotModelledError
    expect(message).toContain(`prog '${program}': ${reason}: called at instruction `)
    expect(message).toContain("hostile.bpf.c:")
  })

  test("and that overwrites the kernel's objects ends in nothing worse than an error or a failed call", async () => {
    const { error, kernel } = await outcomeOf("scribble")
    expect(error === undefined || error instanceof SkepError).toBe(true)
    const next = await kernel.world.exec("/bin/true").catch((error: unknown) => error)
    expect(next instanceof SkepError || typeof (next as { status?: number }).status === "number").toBe(true)
  })

  test("leaves a kernel that goes on", async () => {
    const { kernel } = await outcomeOf("wild_store")
    expect((await kernel.world.exec("/bin/true")).status).toBe(0)
    expect(kernel.current.comm).toBe("sh")
  })
})
