// What `verify` says of the programs of every compiled object of this repository, against the kernel of the guest.
import assert from "node:assert/strict"
import { appendFileSync, readdirSync, readFileSync } from "node:fs"
import { after, describe, test } from "node:test"
import { type ObjectSpec, type ProgramReport, readObject, SkepError, VerifierError, verify } from "skep"
import { bootKernel } from "skep/embedded"
import { type LinuxKernel, openLinuxKernel } from "skep/linux"
import { release } from "./tracing/style.ts"

const FOLDER = "/skep/test/objects"

describe("the verdict that skep verify gives is the kernel's", async () => {
  const kernel = await openLinuxKernel()
  after(() => kernel[Symbol.asyncDispose]())
  // Reading it takes seconds on an emulated machine.
  const { profile } = await bootKernel({ release })
  for (const object of objects()) {
    const reports = lazily(() => verify(object, { profiles: [profile], logLevel: 1 }))
    for (const { name } of object.programs)
      test(`for ${name} of ${object.name}`, async () => {
        const { programs } = await reports()
        const error = await load(kernel, object, name)
        appendFileSync(
          "/tmp/out/verdicts.jsonl",
          JSON.stringify({
            object: object.name,
            name,
            errno: error?.errno,
            message: error?.message,
            log: error instanceof VerifierError ? error.log.slice(-3000) : undefined,
          }) + "\n",
        )
        compare(programs[name]![release]!, error)
      })
  }
})

/** Those that open: what is refused before, no kernel is asked about. */
function objects(): ObjectSpec[] {
  return readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
    .filter(path => path.endsWith(".bpf.o"))
    .toSorted()
    .flatMap(path => {
      try {
        return [readObject(readFileSync(`${FOLDER}/${path}`), { name: path.replace(/\.bpf\.o$/, "") })]
      } catch (error) {
        if (error instanceof SkepError) return []
        throw error
      }
    })
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** Why the kernel, or the loader in front of it, refuses a program alone. */
async function load(kernel: LinuxKernel, object: ObjectSpec, name: string): Promise<SkepError | undefined> {
  try {
    await using loaded = await kernel.load(object, { only: [name] })
    assert.ok(loaded.programs[name])
    return undefined
  } catch (error) {
    if (!(error instanceof SkepError)) throw error
    return error
  }
}

function compare(ours: ProgramReport, error: SkepError | undefined): void {
  const said = `ours: ${ours.message}\nkernel: ${error?.message}`
  assert.equal(ours.verdict, error === undefined ? "accept" : "reject", said)
  if (error === undefined) return
  assert.equal(ours.errno, error.errno, said)
  if (error instanceof VerifierError) assert.equal(lastLine(ours.log), lastLine(error.log), said)
}

function lastLine(log: string): string | undefined {
  return log
    .trimEnd()
    .split("\n")
    .findLast(line => !/^(processed \d+ insns|stack depth|verification time)/.test(line))
}
