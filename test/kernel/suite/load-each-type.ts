// Loads the smallest program of each type, one after the other, and prints what came of it as JSON. Runs as a process of
// its own, with the capabilities that its caller leaves it.
import { readFileSync } from "node:fs"
import { readObject, SkepError } from "skep"
import { openLinuxKernel } from "skep/linux"

const object = readObject(readFileSync("/skep/test/programs/types.bpf.o"), { name: "types" })
await using kernel = await openLinuxKernel()
const answers: Record<string, { errno?: string; hint?: string }> = {}
for (const program of object.programs) {
  const type = program.definition?.programType as string
  try {
    const loaded = await kernel.load(object, { only: [program.name] })
    await loaded[Symbol.asyncDispose]()
    answers[type] = {}
  } catch (error) {
    if (!(error instanceof SkepError)) throw error
    answers[type] = { errno: error.code, ...(error.hint && { hint: error.hint }) }
  }
}
console.log(JSON.stringify(answers))
