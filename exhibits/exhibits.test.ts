import { existsSync, readdirSync, readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { bootKernel } from "../src/embedded/index.ts"
import { type Exhibit, missingFor, runExhibit } from "../src/exhibit/index.ts"
import { readObject } from "../src/object/index.ts"

const folder = new URL(".", import.meta.url)
const names = readdirSync(folder, { withFileTypes: true })
  .filter(entry => entry.isDirectory() && existsSync(new URL(`${entry.name}/exhibit.ts`, folder)))
  .map(({ name }) => name)

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
