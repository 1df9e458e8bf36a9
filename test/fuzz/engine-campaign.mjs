// Runs random programs on every engine (src/engine/testing/engines.ts) and compares results, faults and all of memory; prints
// counts, or the first program that engines disagree on. Part of npm run soak; after npm run build by hand:
//   node test/fuzz/engine-campaign.mjs [VALID] [WILD] [SEED]
import { runCampaign } from "../../dist/engine/testing/campaign.js"
import { ENGINES } from "../../dist/engine/testing/engines.js"

const [valid = "200000", wild = "20000", seed = "1"] = process.argv.slice(2)
const BATCH = 1000
/** Where nobody watches, a line after so many. */
const REPORT = 10_000

console.log(`engines: ${ENGINES.map(([name]) => name).join(", ")}`)
for (const [kind, count] of [
  ["valid", Number(valid)],
  ["wild", Number(wild)],
])
  run(kind, count)
console.log(`peak memory: ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`)

function run(kind, count) {
  const started = performance.now()
  const total = { result: 0, fault: 0, "out of fuel": 0 }
  let nextSeed = Number(seed)
  for (let done = 0; done < count; done += BATCH) {
    const tally = runCampaign(kind, Math.min(BATCH, count - done), nextSeed)
    nextSeed = tally.nextSeed
    for (const end of Object.keys(total)) total[end] += tally.ended[end]
    if (tally.difference !== undefined) {
      console.log(`DIFFERENT: ${tally.difference}`)
      process.exit(1)
    }
    const sofar = done + BATCH
    if (process.stdout.isTTY) process.stdout.write(`\r${kind}: ${sofar}`)
    else if (sofar % REPORT === 0 && sofar < count) console.log(`${kind}: ${sofar} without a difference`)
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0)
  const { result, fault, "out of fuel": stopped } = total
  console.log(
    `${kind} programs: ${result + fault + stopped}, the same on all engines: ${result} ended with a result, ` +
      `${fault} with a fault, ${stopped} were stopped; ${seconds} s`,
  )
}
