import { expect, test } from "vitest"
import { runCampaign } from "./testing/campaign.ts"

/** A slice of the campaign of `npm run soak` (test/fuzz/engine-campaign.mjs). */
test.each([
  ["valid", 2000],
  ["wild", 500],
] as const)(
  "%s programs do the same on every engine (%i of them)",
  (kind, count) => {
    const { ended, difference } = runCampaign(kind, count)
    expect(difference).toBe(undefined)
    // The generator is worth nothing if what it makes does not run.
    const all = ended.result + ended.fault + ended["out of fuel"]
    expect(ended.result).toBeGreaterThan(all / (kind === "valid" ? 1.2 : 10))
  },
  240_000,
)
