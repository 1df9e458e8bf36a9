import { type Mutation, mutate, Random } from "./mutations.ts"
import { loadSubjects, type Outcome, outcomeOf } from "./outcome.ts"

// Arguments: the checkout, how many mutated objects, the seed.
const [root = ".", count = "10000", seed = "1"] = process.argv.slice(2)
const subjects = loadSubjects(root)
const random = new Random(Number(seed))

const mutated = tally()
for (let i = 0; i < Number(count); i++) mutated.add(mutate(random.pick(subjects), random))
mutated.print(`${count} mutated objects`)

const truncated = tally()
const shortest = subjects.toSorted((a, b) => a.bytes.length - b.bytes.length)
for (const subject of [shortest[0]!, shortest[shortest.length >> 1]!, shortest.at(-1)!]) {
  for (let length = 0; length < subject.bytes.length; length++) {
    truncated.add({ description: `${subject.name} cut to ${length}`, bytes: subject.bytes.slice(0, length) })
  }
}
truncated.print("every truncation of three objects")
console.log(`peak memory: ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`)
process.exitCode = mutated.failures() + truncated.failures() === 0 ? 0 : 1

function tally() {
  const counts = { read: 0, refused: 0, crashed: 0 } satisfies Record<Outcome["kind"], number>
  let slowest = { ms: 0, description: "" }
  let slow = 0
  let total = 0
  return {
    add(mutation: Mutation): void {
      const { kind, ms, error } = outcomeOf(mutation)
      counts[kind]++
      total += ms
      if (ms > slowest.ms) slowest = { ms, description: mutation.description }
      if (ms > 1000) slow++
      if (kind !== "crashed") return
      console.log(`CRASHED ${mutation.description}\n${error instanceof Error ? error.stack : error}`)
    },
    print(title: string): void {
      const { read, refused, crashed } = counts
      console.log(`${title}: ${read} read, ${refused} refused, ${crashed} crashed, ${slow} over 1 s`)
      console.log(
        `  ${(total / 1000).toFixed(1)} s in all, slowest ${slowest.ms.toFixed(1)} ms: ${slowest.description}`,
      )
    },
    failures: () => counts.crashed + slow,
  }
}
