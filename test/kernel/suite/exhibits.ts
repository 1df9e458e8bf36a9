// Every exhibit on the guest's kernel: what the embedded kernel shows too (exhibits/exhibits.test.ts).
import assert from "node:assert/strict"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { describe, test } from "node:test"
import { type Exhibit, missingFor, readObject, runExhibit, SkepError } from "skep"
import { openLinuxKernel, openLinuxWorld } from "skep/linux"
import { release } from "./tracing/style.ts"

const OBJECTS = "/skep/exhibits"
const SCENARIOS = "/skep/test/exhibits"

const options = new Map(
  readFileSync("/skep/test/config", "utf8")
    .split("\n")
    .flatMap(line => {
      const [, name, value] = /^(CONFIG_\w+)=(.*)$/.exec(line) ?? []
      return name !== undefined && value !== undefined ? [[name, value] as const] : []
    }),
)

describe("exhibits", () => {
  for (const name of readdirSync(SCENARIOS).filter(name => existsSync(`${SCENARIOS}/${name}/exhibit.js`)))
    test(`${name} shows what it says`, async () => {
      const { default: exhibit } = (await import(`${SCENARIOS}/${name}/exhibit.js`)) as { default: Exhibit }
      const object = readObject(readFileSync(`${OBJECTS}/${name}/program.bpf.o`), { name })
      await using kernel = await openLinuxKernel()
      await using world = openLinuxWorld(kernel)
      const missing = missingFor(exhibit, release, option => options.get(option))
      if (missing !== undefined) {
        await assert.rejects(runExhibit(exhibit, object, kernel, world), SkepError, missing)
        return
      }
      const { observed, expected } = await runExhibit(exhibit, object, kernel, world)
      assert.deepEqual(observed, expected)
    })
})
