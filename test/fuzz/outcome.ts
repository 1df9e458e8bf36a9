import { readdirSync, readFileSync } from "node:fs"
import { createColors } from "picocolors"
import { SkepError } from "../../src/base/index.ts"
import { inspectReport } from "../../src/cli/inspect/report.ts"
import { reportText } from "../../src/cli/inspect/report-text.ts"
import { formatInstruction } from "../../src/isa/index.ts"
import { readObject } from "../../src/object/index.ts"
import { type Mutation, type Subject, subjectOf } from "./mutations.ts"

/** How reading a damaged object ended. */
export interface Outcome {
  readonly kind: "read" | "refused" | "crashed"
  readonly ms: number
  /** What is wrong with a crash. */
  readonly error: unknown
}

const plain = createColors(false)

/** Reads, disassembles and prints one object, as the commands do. Anything but a value or a SkepError is a crash. */
export function outcomeOf({ bytes }: Pick<Mutation, "bytes">): Outcome {
  const start = performance.now()
  const end = (kind: Outcome["kind"], error?: unknown) => ({ kind, error, ms: performance.now() - start })
  try {
    const object = readObject(bytes, { name: "damaged.bpf.o" })
    reportText(inspectReport(object, "damaged.bpf.o", bytes.length), plain)
    for (const { instructions } of object.programs) {
      for (let slot = 0; slot < instructions.length; slot++) formatInstruction(instructions, slot)
    }
    return end("read")
  } catch (error) {
    return end(error instanceof SkepError ? "refused" : "crashed", error)
  }
}

/** The committed fixtures of a checkout, and the hello exhibit. */
export function loadSubjects(root: string): Subject[] {
  const folders = ["src/object/fixtures", "exhibits/hello"]
  return folders.flatMap(folder =>
    readdirSync(`${root}/${folder}`)
      .filter(name => name.endsWith(".bpf.o"))
      .sort()
      .map(name => subjectOf(name, new Uint8Array(readFileSync(`${root}/${folder}/${name}`)))),
  )
}
