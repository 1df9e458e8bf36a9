import { describe, expect, test } from "vitest"
import { golden, RELEASES } from "./golden.ts"
import { accidentsOf, isAccident, REASONS, reasonFor } from "./known-map-differences.ts"
import { MAP_RUNS } from "./map-runs/index.mjs"
import { answersOnEmbedded } from "./map-steps.ts"

const given = new Set<string>()

describe.each(RELEASES)("bpf(2) on maps answers as on Linux %s:", release => {
  const { runs } = golden<{ readonly runs: Readonly<Record<string, readonly string[]>> }>(
    release,
    "map-operations",
  )

  test("in every run that was recorded", () => {
    expect(Object.keys(runs)).toEqual(MAP_RUNS.map(run => run.name))
  })

  test.each(MAP_RUNS)("$name", ({ name, steps }) => {
    const linux = runs[name] ?? []
    expect(linux.length).toBe(steps.length)
    const ours = answersOnEmbedded(release, steps)
    let type = 0
    let accidents = 0
    const differences = steps.flatMap((step, at) => {
      if (step.startsWith("create") && linux[at] === "0") type = Number(step.split(" ")[1])
      if (ours[at] === linux[at]) return []
      const created = step.startsWith("create") ? Number(step.split(" ")[1]) : type
      const reason = ours[at] === "not modelled" ? reasonFor(created, step) : undefined
      if (reason !== undefined) {
        given.add(reason)
        return []
      }
      if (isAccident(release, name, at, step)) {
        accidents += 1
        return []
      }
      return [`#${at} ${step}: ${ours[at]}, on Linux ${linux[at]}`]
    })
    expect(differences).toEqual([])
    expect(accidents).toBe(accidentsOf(release, name))
  })
})

test("every reason for what is not modelled explains a step", () => {
  expect([...given].sort()).toEqual([...REASONS].sort())
})
