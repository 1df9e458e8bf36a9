// What the kernel of the guest says to each program of the compiled objects of this repository, loaded alone. The answers
// leave the guest: test/kernel/verdicts.ts compares them with what `verify` says, which takes long on an emulated machine.
import { appendFileSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { release as osRelease } from "node:os"
import { after, before, describe, test } from "node:test"
import { type ObjectSpec, readObject, SkepError, VerifierError } from "skep"
import { openLinuxKernel } from "skep/linux"
import type { KernelAnswer } from "./kernel-answer.ts"

const FOLDER = "/skep/test/objects"
const ANSWERS = "/tmp/out/verdicts"

/** Errno, message and log of a refusal; nothing of what is taken. */
type Answer = Omit<KernelAnswer, "object" | "program">

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
      if (!object) return
      for await (const [program, answer] of answers(
        object,
        object.programs.map(({ name }) => name),
      ))
        appendFileSync(
          ANSWERS,
          `${JSON.stringify({ object: path, program, ...answer } satisfies KernelAnswer)}\n`,
        )
    })

  /** By halves: what loads together loads alone, and every load of its own makes the kernel read the object's BTF again. */
  async function* answers(
    object: ObjectSpec,
    names: readonly string[],
  ): AsyncGenerator<[program: string, answer: Answer]> {
    if (names.length === 0) return
    const answer = await load(object, names)
    if (names.length === 1 || answer.errno === undefined) {
      for (const name of names) yield [name, answer]
      return
    }
    const middle = names.length >> 1
    yield* answers(object, names.slice(0, middle))
    yield* answers(object, names.slice(middle))
  }

  async function load(object: ObjectSpec, names: readonly string[]): Promise<Answer> {
    try {
      await using _ = await kernel.load(object, { only: names })
      return {}
    } catch (error) {
      if (!(error instanceof SkepError)) throw error
      const { errno, message } = error
      // The kernel has taken it by then: a map of the object wants another program.
      if (names.length === 1 && /is not loaded \(EBADF\)$/.test(message)) return {}
      return { errno, message, ...(error instanceof VerifierError && { log: error.log }) }
    }
  }
})

/** Undefined for what is refused when it is opened: no kernel is asked about that. */
function open(path: string): ObjectSpec | undefined {
  try {
    return readObject(readFileSync(`${FOLDER}/${path}`), { name: path })
  } catch (error) {
    if (error instanceof SkepError) return undefined
    throw error
  }
}
