import { describe, expect, test } from "vitest"
import { AttachError, NotModelledError } from "../../src/base/index.ts"
import { Comparison } from "./compare.ts"
import { type EmbeddedTrace, traceOnEmbedded } from "./embedded-runs.ts"
import { type GoldenTrace, golden, RELEASES, type Refusal } from "./golden.ts"
import { KnownDifferences } from "./known-differences.ts"
import { TRACE_RUNS } from "./runs.mjs"

const known = new KnownDifferences()

describe.each(RELEASES)("on Linux %s and on the embedded kernel of that release", release => {
  test.each(TRACE_RUNS)("$name: $about", async run => {
    const linux = golden<GoldenTrace>(release, run.name)
    const refused = linux.refusals?.find(refusal => "log" in refusal)
    if (refused) {
      await expect(traceOnEmbedded(release, run)).rejects.toThrow(refused.log)
      return
    }
    const ours = await traceOnEmbedded(release, run)
    expect(refusalsOf(ours)).toEqual(attachRefusals(linux.refusals ?? []))
    const comparison = new Comparison(ours)
    comparison.traces(linux.records, ours.records)
    expect(known.unexplained(comparison.differences)).toEqual([])
    expect(comparison.equal).toBeGreaterThanOrEqual(ours.records.length * 4)
  })
})

test("every known difference is still one", () => {
  expect(known.unused()).toEqual([])
})

/** What libbpf said where an attachment failed. */
function attachRefusals(refusals: readonly Refusal[]): string[] {
  return refusals.flatMap(refusal => ("libbpf" in refusal ? [refusal.libbpf.replace("libbpf: ", "")] : []))
}

function refusalsOf({ refusals }: EmbeddedTrace): string[] {
  for (const { error } of refusals)
    if (!(error instanceof AttachError || error instanceof NotModelledError)) throw error
  return refusals.flatMap(({ error }) => (error instanceof AttachError ? [error.message] : []))
}
