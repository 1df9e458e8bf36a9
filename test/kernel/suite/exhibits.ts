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

const scenarios = readdirSync(SCENARIOS).filter(name => existsSync(`${SCENARIOS}/${name}/exhibit.js`))
const exhibits = await Promise.all(
  scenarios.map(async name => {
    const { default: exhibit } = (await import(`${SCENARIOS}/${name}/exhibit.js`)) as { default: Exhibit }
    return { name, exhibit, missing: missingFor(exhibit, release, option => options.get(option)) }
  }),
)

describe("exhibits", () => {
  for (const { name, exhibit, missing } of exhibits)
    test(`${name} ${missing === undefined ? "shows what it says" : `is refused: ${missing}`}`, async () => {
      const object = readObject(readFileSync(`${OBJECTS}/${name}/program.bpf.o`), { name })
      await using kernel = await openLinuxKernel()
      await using world = openLinuxWorld(kernel)
      const run = runExhibit(exhibit, object, kernel, world)
      if (missing !== undefined) {
        await assert.rejects(run, SkepError, missing)
        return
      }
      const { observed, expected } = await run
      assert.deepEqual(observed, expected)
    })
})
