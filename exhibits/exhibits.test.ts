import { existsSync, readdirSync, readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { bootKernel } from "../src/embedded/index.ts"
import { type Exhibit, missingFor, runExhibit } from "../src/exhibit/index.ts"
import { readObject } from "../src/object/index.ts"

const folder = new URL(".", import.meta.url)
const names = readdirSync(folder, { withFileTypes: true })
  .filter(entry => entry.isDirectory() && existsSync(new URL(`${entry.name}/exhibit.ts`, folder)))
  .map(({ name }) => name)

/** Exhibits that a kernel of 64-bit ARM cannot have, or that ask for x86-64. */
const NOT_ON_ARM64 = new Set([
  // Programs of user space are those for x86-64.
  ...["exec-path", "folded-stacks", "function-latency", "go-arguments", "line-reader", "tls-plaintext"],
  ...["off-cpu", "uprobe", "uprobe-multi", "usdt"],
  // There is no fprobe.
  ...["kprobe-multi", "kprobe-session"],
  // Their programs tell calls by the numbers of x86-64.
  ...["connect-path", "open-path", "unlink-path"],
])

/** The exhibit's object for 64-bit ARM, where it has one of its own. */
function armObject(name: string) {
  const own = new URL(`${name}/program-arm64.bpf.o`, folder)
  const file = existsSync(own) ? own : new URL(`${name}/program.bpf.o`, folder)
  return readObject(readFileSync(file), { name })
}

describe("on the embedded kernel 6.12-arm64", () => {
  test.each(names.filter(name => !NOT_ON_ARM64.has(name)))("%s shows what it says", async name => {
    const { default: exhibit } = (await import(`./${name}/exhibit.ts`)) as { readonly default: Exhibit }
    const config = Object.fromEntries((exhibit.needs ?? []).map(option => [option, "y"]))
    await using kernel = await bootKernel({ release: "6.12-arm64", config })
    const { observed, expected } = await runExhibit(exhibit, armObject(name), kernel, kernel.world)
    expect(observed).toEqual(expected)
  })
})

// The same exhibits run on real kernels: test/kernel/suite/exhibits.ts.
describe.each(["6.1", "6.12"])("on the embedded kernel %s", release => {
  test.each(names)("%s shows what it says", async name => {
    const { default: exhibit } = (await import(`./${name}/exhibit.ts`)) as { readonly default: Exhibit }
    const object = readObject(readFileSync(new URL(`${name}/program.bpf.o`, folder)), { name })
    const config = Object.fromEntries((exhibit.needs ?? []).map(option => [option, "y"]))
    await using kernel = await bootKernel({ release, config })
    const missing = missingFor(exhibit, release, () => "y")
    if (missing !== undefined) {
      await expect(runExhibit(exhibit, object, kernel, kernel.world)).rejects.toThrow()
      return
    }
    const { observed, expected } = await runExhibit(exhibit, object, kernel, kernel.world)
    expect(observed).toEqual(expected)
  })
})
