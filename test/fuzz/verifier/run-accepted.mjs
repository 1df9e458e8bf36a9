// Runs random programs that the verifier accepts on the embedded kernel, with random packets: none may fault. By hand, after
// npm run build:
//   node test/fuzz/verifier/run-accepted.mjs [COUNT] [SEED]

import { bootKernel } from "../../../dist/embedded/index.js"
import { Random } from "../../../dist/engine/testing/random-program.js"
import { NotModelledError, objectOfProgram, ProgramFault, VerifierError } from "../../../dist/index.js"
import { operationOf } from "../../../dist/isa/index.js"
import { btf, caseOf, functionInfo, startsOf } from "./cases.mjs"
import { MAPS } from "./maps.mjs"

const [count = 2000, seed = 1] = process.argv.slice(2).map(Number)
/** Those that BPF_PROG_TEST_RUN takes. */
const RUNNABLE = new Set(["socket_filter", "sched_cls", "xdp", "cgroup_skb", "raw_tracepoint"])
const PACKETS = 10

const maps = MAPS.map(({ name, type, keySize, valueSize, maxEntries, flags }) => ({
  kind: "map",
  name,
  section: ".maps",
  type,
  keySize,
  valueSize,
  maxEntries,
  flags,
  numaNode: undefined,
  extra: 0n,
  pinning: "none",
  keyType: undefined,
  valueType: undefined,
  inner: undefined,
  initialSlots: [],
  data: undefined,
  structOps: undefined,
}))

const tally = { programs: 0, refused: 0, accepted: 0, runs: 0, "another way to run": 0, "not modelled": 0 }
for (let at = 0; at < count; at++) await one(caseOf(seed + at))
for (const [what, times] of Object.entries(tally)) console.log(`${String(times).padStart(8)}  ${what}`)

async function one(subject) {
  tally.programs++
  if (!RUNNABLE.has(subject.type.name)) {
    tally["another way to run"]++
    return
  }
  const kernel = await bootKernel()
  try {
    const object = await kernel.load(objectOf(subject))
    tally.accepted++
    const random = new Random(subject.seed)
    for (let left = PACKETS; left > 0; left--) {
      const data = Uint8Array.from({ length: 96 + random.below(200) }, () => random.below(256))
      await object.programs.program.run(
        subject.type.name === "raw_tracepoint" ? { context: data.subarray(0, 96) } : { packet: data },
      )
      tally.runs++
    }
  } catch (error) {
    if (error instanceof NotModelledError) tally["not modelled"]++
    else if (error instanceof ProgramFault) {
      console.log(`FAULT: seed ${subject.seed}, ${subject.type.name}: ${error.message}\n${subject.text}`)
      process.exitCode = 1
    } else if (error instanceof VerifierError) tally.refused++
    else throw error
  } finally {
    await kernel.close?.()
  }
}

function objectOf({ type, instructions }) {
  const bare = objectOfProgram({
    type: type.name,
    ...(type.attachName && { attachType: type.attachName }),
    instructions,
  })
  const starts = startsOf(instructions)
  const references = instructions.flatMap((_, slot) => referenceAt(instructions, slot))
  const functions = starts.map((start, index) => ({
    name: index === 0 ? "program" : `f${start}`,
    start,
    length: (starts[index + 1] ?? instructions.length) - start,
    section: type.name,
    sectionStart: start,
    linkage: index === 0 ? "global" : "static",
  }))
  const program = { ...bare.programs[0], references, functions, funcInfo: functionInfo(starts) }
  return { ...bare, programs: [program], maps, btf }
}

function referenceAt(instructions, slot) {
  const operation = operationOf(instructions, slot)
  if (operation.kind !== "load64") return []
  const { value } = operation
  if (value.kind === "map") return [{ kind: "map", at: slot, map: MAPS[value.fd].name }]
  if (value.kind === "function")
    return [{ kind: "function", at: slot, function: `f${value.target}`, target: value.target }]
  return []
}
