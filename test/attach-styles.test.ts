// The attach styles of test/kernel/suite/styles on the embedded kernel; the guests try the same on real ones.
import { mkdirSync, writeFileSync } from "node:fs"
import { bootKernel } from "skep/embedded"
import { afterAll, describe, expect, test } from "vitest"
import { SHOP } from "../exhibits/programs/shop.ts"
import { STYLE_GROUPS } from "./kernel/suite/styles/index.ts"
import { type Outcome, Scene, tryStyle } from "./kernel/suite/styles/style.ts"

/** What docs/kernels.md is written from, as guests leave it. */
const results = (release: string): URL =>
  new URL(`../.cache/kernel-results/embedded-${release}/`, import.meta.url)

describe.each(["6.1", "6.12"])("on the embedded kernel %s", release => {
  const rows: { programType: string; style: string; outcome: Outcome }[] = []
  afterAll(() => {
    mkdirSync(results(release), { recursive: true })
    const lines = rows.map(row => `${JSON.stringify(row)}\n`).join("")
    writeFileSync(new URL("table", results(release)), lines)
  })
  for (const { title, needs = [], prepare, styles } of STYLE_GROUPS)
    describe(title, () => {
      const config = Object.fromEntries(needs.map(option => [option, "y"]))
      for (const each of styles) {
        const { programType, style } = each
        test(`${programType}: ${style}`, async () => {
          await using kernel = await bootKernel({ release, config })
          const scene = new Scene(kernel, kernel.world, SHOP)
          await prepare?.(scene)
          const on = needs.length > 0 ? "with what it needs" : release
          rows.push({ programType, style, outcome: await tryStyle(each, scene, on) })
          // What it took the first time, and never gives back, is the world's: neighbours, connections that wait for their end.
          const { used } = kernel.memory.kernel
          await tryStyle(each, scene, on)
          expect(kernel.memory.kernel.used, "bytes of the model's memory").toBeLessThanOrEqual(used)
        })
      }
    })
})
