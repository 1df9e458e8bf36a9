// The embedded kernel of 64-bit ARM beside the answers of real ones, which record.mjs took from Debian's kernels.
import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { SkepError } from "../../src/base/index.ts"
import { bootKernel, type EmbeddedKernel } from "../../src/embedded/index.ts"
import { readObject } from "../../src/object/index.ts"

const OBJECTS = ["probes", "trampolines", "guard"] as const

interface Golden {
  readonly machine: string
  readonly offsets: Readonly<Record<string, string>>
  readonly reach: Readonly<Record<string, string>>
  readonly attach: Readonly<Record<(typeof OBJECTS)[number], string>>
  readonly traces: Readonly<Record<(typeof OBJECTS)[number], readonly string[]>>
}

function golden(release: string): Golden {
  return JSON.parse(readFileSync(new URL(`golden/${release}.json`, import.meta.url), "utf8")) as Golden
}

function armObject(name: string) {
  return readObject(readFileSync(new URL(`programs/${name}.bpf.o`, import.meta.url)), { name })
}

async function outcomeOf(action: () => Promise<unknown>): Promise<string> {
  try {
    await action()
    return "ok"
  } catch (error) {
    if (error instanceof SkepError) return `${error.errno ?? error.name}: ${error.message}`
    throw error
  }
}

/** Frames of calls that have not got to the system call's own function differ: of what called the program, and what never returns. */
function withoutInnermost(lines: readonly string[]): string[] {
  const isFrame = (line: string | undefined) => line?.includes(" frame ") ?? false
  const first = lines.findIndex(line => line.endsWith("frame invoke_syscall"))
  return lines.filter((line, index) => !isFrame(line) || index >= first)
}

/** What the recorded shell does, and the lines that it gives. */
async function traced(kernel: EmbeddedKernel): Promise<string[]> {
  const { world } = kernel
  kernel.tracePipe.take()
  world.files.create("/tmp/note")
  for (const name of ["rm", "mkdir", "rmdir"]) world.files.create(`/bin/${name}`, { mode: 0o755 })
  await world.exec("/bin/rm", { body: process => void process.unlink("/tmp/note") })
  await world.exec("/bin/mkdir", { body: process => void process.makeDirectory("/tmp/folder") })
  await world.exec("/bin/rmdir", { body: process => void process.removeDirectory("/tmp/folder") })
  return kernel.tracePipe.take().map(({ flags, text }) => `${flags} ${text}`)
}

describe.each(["6.1-arm64", "6.12-arm64"])("the embedded kernel %s", release => {
  const linux = golden(release)

  test("shows at each hook what Linux shows", async () => {
    await using kernel = await bootKernel({ release })
    expect(kernel.architecture.machine).toBe(linux.machine)
    for (const name of OBJECTS) {
      const object = await kernel.load(armObject(name))
      expect(await outcomeOf(() => object.attach())).toBe(linux.attach[name])
      const lines = await traced(kernel)
      expect(lines.filter(line => line.includes(" frame ")).length).toBeGreaterThan(6)
      expect(withoutInnermost(lines)).toEqual(withoutInnermost(linux.traces[name]))
    }
  })

  test("takes kprobes where instructions are, and reads of registers that there are", async () => {
    await using kernel = await bootKernel({ release })
    const probe = (await kernel.load(armObject("reach-328"))).programs.reach!
    const at = (offset: number) => probe.attach({ kind: "kprobe", function: "do_unlinkat", offset })
    for (const offset of [0, 2, 4]) expect(await outcomeOf(() => at(offset))).toBe(linux.offsets[offset])
    expect(linux.offsets[8]).toBe("ok")
    await expect(at(8)).rejects.toMatchObject({ name: "NotModelledError" })
    expect(await outcomeOf(() => kernel.load(armObject("reach-336")))).toBe(linux.reach[336])
  })
})
