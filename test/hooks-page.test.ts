import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { HOOKS } from "../exhibits/packet-path/exhibit.ts"
import { EXHIBITS, hooksPage, RELEASE } from "../scripts/docs/hooks-page.mjs"
import { mergeOrders } from "../scripts/docs/merge-orders.mjs"
import { pathTable } from "../scripts/docs/path-table.mjs"
import { PROGRAM_CONTEXTS } from "../src/catalog/details.ts"
import { bootKernel } from "../src/embedded/index.ts"
import { type Exhibit, type ExhibitRun, runExhibit } from "../src/exhibit/index.ts"
import { readObject } from "../src/object/index.ts"

const root = new URL("../", import.meta.url)
const committed = (name: string) => readFileSync(new URL(`docs/${name}`, root), "utf8")

async function run(name: string): Promise<ExhibitRun> {
  const { default: exhibit } = (await import(`../exhibits/${name}/exhibit.ts`)) as {
    readonly default: Exhibit
  }
  const object = readObject(readFileSync(new URL(`exhibits/${name}/program.bpf.o`, root)), { name })
  await using kernel = await bootKernel({ release: RELEASE })
  return runExhibit(exhibit, object, kernel, kernel.world)
}

test("docs/hooks.md and its figure are what runs show now (npm run docs:hooks writes them)", async () => {
  const runs: Record<string, ExhibitRun> = {}
  for (const name of EXHIBITS) runs[name] = await run(name)
  const { page, figure } = hooksPage({ runs, hooks: HOOKS, contexts: PROGRAM_CONTEXTS })
  expect(page).toBe(committed("hooks.md"))
  expect(figure).toBe(committed("hooks.svg"))
})

test("two orders merge where they agree, and no further", () => {
  expect(mergeOrders(["a", "b", "d"], ["a", "c", "d"])).toEqual(["a", "b", "c", "d"])
  expect(() => mergeOrders(["a", "b"], ["b", "a"])).toThrow("the orders differ")
})

test("a function's programs share a row, and what runs inside is indented", () => {
  const steps = ["kprobe/f", "fentry/f", "lsm/x", "fexit/f", "kretprobe/f", "kprobe/f", "kretprobe/f"]
  const rows = pathTable(steps, step => (step.startsWith("k") ? "kprobe" : "tracing")).split("\n")
  expect(rows.slice(2)).toEqual([
    "| 1, 2 … 4, 5 | `f` | kprobe, fentry, fexit, kretprobe | kprobe, tracing |",
    "| 3 | &emsp;`lsm/x` | lsm | tracing |",
    "| 6 … 7 | `f` | kprobe, kretprobe | kprobe |",
  ])
  expect(() => pathTable(["kretprobe/f"], () => "kprobe")).toThrow("ends what has not begun")
})
