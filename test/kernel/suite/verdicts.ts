// What `verify` says of the programs that `skep verify` is tested with, against the kernel of the guest.
import assert from "node:assert/strict"
import { readdirSync, readFileSync } from "node:fs"
import { describe, test } from "node:test"
import { type ObjectSpec, type ProgramReport, readObject, SkepError, VerifierError, verify } from "skep"
import { type LinuxKernel, openLinuxKernel } from "skep/linux"
import { release } from "./tracing/style.ts"

const FOLDER = "/skep/test/verify"

/**
 * Where the paths themselves are walked otherwise than 6.12 walks them, which the verifier does not model: 6.1 wants
 * the stack that helpers read initialised, padding too.
 */
const OTHERWISE: Readonly<Record<string, readonly string[]>> = { "6.1": ["padding_uninitialised"] }

describe("the verdict that skep verify gives is the kernel's", () => {
  for (const file of readdirSync(FOLDER).filter(name => name.endsWith(".bpf.o"))) {
    const object = readObject(readFileSync(`${FOLDER}/${file}`), { name: file.replace(/\..*/, "") })
    for (const { name } of object.programs)
      test(`for ${name} of ${object.name}`, async context => {
        if (OTHERWISE[release]?.includes(name)) {
          context.skip(`${release} walks paths otherwise`)
          return
        }
        await using kernel = await openLinuxKernel()
        const { programs } = await verify(object, { releases: [release], programs: [name] })
        compare(programs[name]![release]!, await load(kernel, object, name))
      })
  }
})

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
  const theirs = error === undefined ? "accept" : "reject"
  assert.equal(ours.verdict, theirs, `ours: ${ours.message}; kernel: ${error?.message}`)
  if (error === undefined) return
  assert.equal(ours.errno, error.errno, `ours: ${ours.message}; kernel: ${error.message}`)
  if (!(error instanceof VerifierError)) return
  for (const line of ours.details) {
    // States are printed in the words of each release.
    if (/^(cur|old) state:/.test(line)) continue
    assert.ok(error.log.includes(line), `no line '${line}' in the kernel's log:\n${error.log}`)
  }
}
