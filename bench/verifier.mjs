// The verifier on programs without any source: how many instructions it walks in a second.
import { assemble } from "../dist/isa/index.js"
import { loadBuiltinProfile } from "../dist/profile/node.js"
import { verifyProgram } from "../dist/verifier/index.js"
import { bareProgram } from "../dist/verifier/testing/program.js"

export const VERIFIER_GROUPS = [{ name: "verifier", measure: programs }]

const TRIVIAL = "r0 = 2\nexit"

/** A loop of 182 instructions that no path leaves but at its end. */
function straight(rounds) {
  const part = index =>
    `r3 = r2\nr3 &= 255\nr4 = r3\nr4 += ${index % 7}\nr4 <<= 2\n*(u64 *)(r10 -${8 * (1 + (index % 5))}) = r4\n` +
    `r5 = *(u64 *)(r10 -${8 * (1 + (index % 5))})\nr5 ^= r2\nr7 = *(u32 *)(r6 +4)\n`
  const parts = Array.from({ length: 20 }, (_, index) => part(index)).join("")
  return `r6 = r1\nr2 = *(u32 *)(r6 +12)\nr8 = 0\nagain: ${parts}r8 += 1\nif r8 < ${rounds} goto again\nr0 = 2\nexit`
}

/** Options of a packet, one behind the other, of three lengths: states differ by where the next one starts. */
function branching(options) {
  const option = index =>
    `r4 = r2\nr4 += 4\nif r4 > r3 goto out\nr4 = *(u8 *)(r2 +0)\nr5 = *(u8 *)(r2 +1)\nif r4 == 1 goto one${index}\n` +
    `if r4 == 2 goto two${index}\nif r5 > 100 goto next${index}\nr2 += 2\ngoto next${index}\none${index}: r2 += 1\n` +
    `goto next${index}\ntwo${index}: r2 += 4\nr0 += r5\nnext${index}: r0 += 1\n`
  const all = Array.from({ length: options }, (_, index) => option(index)).join("")
  return `r2 = *(u32 *)(r1 +0)\nr3 = *(u32 *)(r1 +4)\nr0 = 0\n${all}out: r0 &= 1\nexit`
}

async function programs() {
  const profile = await loadBuiltinProfile("6.12")
  const kernel = { release: "6.12", btf: profile.btf() }
  return [
    timed("two instructions", TRIVIAL, kernel, 200),
    timed("a loop of straight code", straight(2000), kernel, 40),
    timed("branches, and a state in ten instructions", branching(17), kernel, 12),
  ]
}

function timed(name, text, kernel, times) {
  const program = bareProgram({ type: "xdp", attachType: "xdp", instructions: assemble(text) })
  const taken = []
  let stats
  for (let left = times; left > 0; left--) {
    const start = performance.now()
    const result = verifyProgram(program, kernel)
    taken.push(performance.now() - start)
    if (result.verdict !== "accept") throw new Error(`${name}: ${result.message}`)
    stats = result.stats
  }
  taken.sort((a, b) => a - b)
  const ms = taken[taken.length >> 1]
  const speed = (stats.processed / ms / 1000).toFixed(2)
  const memory = Math.round(process.memoryUsage().rss / 2 ** 20)
  return {
    name,
    ms,
    worst: taken.at(-1),
    note: `${stats.processed.toLocaleString("en")} instructions, ${stats.totalStates.toLocaleString("en")} states, ${speed} million a second; ${memory} MiB`,
  }
}
