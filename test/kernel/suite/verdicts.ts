// What the kernel of the guest says to each program of the compiled objects of this repository, loaded alone. The answers
// leave the guest: test/kernel/verdicts.ts compares them with what `verify` says, which takes long on an emulated machine.
import { appendFileSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { release as osRelease } from "node:os"
import { after, before, describe, test } from "node:test"
import { readObject, SkepError, VerifierError } from "skep"
import { openLinuxKernel } from "skep/linux"
import type { KernelAnswer } from "./kernel-answer.ts"

const FOLDER = "/skep/test/objects"
const ANSWERS = "/tmp/out/verdicts"

describe("every program of our objects is loaded alone", async () => {
  const kernel = await openLinuxKernel()
  // Where loaders look for it; a guest has no /boot.
  const config = `/boot/config-${osRelease()}`
  before(() => {
    mkdirSync("/boot", { recursive: true })
    copyFileSync("/skep/test/config", config)
  })
  after(async () => {
    rmSync(config)
    await kernel[Symbol.asyncDispose]()
  })
  const paths = readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
  for (const path of paths.filter(path => path.endsWith(".bpf.o")).toSorted())
    test(path, async () => {
      const object = open(path)
      for (const { name: program } of object?.programs ?? []) {
        const answer: KernelAnswer = { object: path, program, ...(await load(program)) }
        appendFileSync(ANSWERS, `${JSON.stringify(answer)}\n`)
      }

      async function load(program: string): Promise<Partial<KernelAnswer>> {
        try {
          await using _ = await kernel.load(object!, { only: [program] })
          return {}
        } catch (error) {
          if (!(error instanceof SkepError)) throw error
          const { errno, message } = error
          // The kernel has taken it by then: a map of the object wants another program.
          if (/is not loaded \(EBADF\)$/.test(message)) return {}
          return { errno, message, ...(error instanceof VerifierError && { log: error.log }) }
        }
      }
    })
})

/** Undefined for what is refused when it is opened: no kernel is asked about that. */
function open(path: string) {
  try {
    return readObject(readFileSync(`${FOLDER}/${path}`), { name: path })
  } catch (error) {
    if (error instanceof SkepError) return undefined
    throw error
  }
}
