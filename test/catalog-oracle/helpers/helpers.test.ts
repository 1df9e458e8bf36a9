import { describe, expect, test } from "vitest"
import { type HelperRefusal, helperAllowed, helperPrototype } from "../../../src/catalog/details.ts"
import { HELPERS } from "../../../src/catalog/index.ts"
import { loadBuiltinProfile } from "../../../src/profile/node.ts"
import { askedPrograms, callerOf, readGolden } from "./golden-answers.ts"

/** The sweep's letter for each refusal of the catalogue. */
const LETTERS: Record<HelperRefusal, string> = {
  unknown: "0",
  program: ".",
  licence: "g",
  probe: "p",
  sleepable: "s",
}

describe.each(["6.1", "6.12"])("helpers of %s", release => {
  const golden = readGolden(`helpers-${release}`)
  const programs = askedPrograms(golden)

  test("the catalogue answers as the kernel for every program, attach type and helper", async () => {
    const profile = await loadBuiltinProfile(release)
    const config = (option: string) => ["y", "m"].includes(profile.config(option) ?? "n")
    const differences: string[] = []
    let agreed = 0
    for (const program of programs)
      for (const { name } of HELPERS) {
        const kernel = program.answers.get(name.slice("bpf_".length)) ?? "."
        // An extension's changes of packets are compared with what it replaces before the call is looked at.
        if (kernel === "c") {
          expect(helperPrototype(name)?.packetChanging, name).toBe(true)
          continue
        }
        const verdict = helperAllowed(name, { ...callerOf(program), release, config })
        const catalogue = verdict.allowed ? "+" : LETTERS[verdict.refusal]
        if (catalogue === kernel) agreed++
        else differences.push(`${program.label} ${name}: kernel ${kernel}, catalogue ${catalogue}`)
      }
    expect(differences).toEqual([])
    expect(agreed).toBeGreaterThan(100_000)
  })

  test("the same helpers are for GPL-compatible programs only", () => {
    const plain = programs.filter(({ label }) => !/~|@/.test(label))
    const callable = HELPERS.filter(({ name }) =>
      plain.some(({ answers }) => answers.get(name.slice("bpf_".length)) === "+"),
    )
    const restricted = callable.filter(({ name }) => helperPrototype(name)?.gplOnly)
    const kernel = golden.gplOnly?.split(" ") ?? []
    expect(
      restricted.map(({ name }) => name.slice("bpf_".length)).filter(name => !kernel.includes(name)),
    ).toEqual([])
    expect(kernel.filter(name => !helperPrototype(`bpf_${name}`)?.gplOnly)).toEqual([])
  })
})
