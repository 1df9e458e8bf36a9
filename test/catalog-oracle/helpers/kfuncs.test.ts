import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import {
  KFUNC_SETS,
  type KfuncRefusal,
  type KfuncSetRow,
  kfuncAllowed,
} from "../../../src/catalog/details.ts"
import { isSince, KFUNCS, type KfuncFlag, kfunc } from "../../../src/catalog/index.ts"
import { askedPrograms, callerOf, readGolden } from "./golden-answers.ts"

interface SetsFile {
  /** `kfuncs` where the kernel marks a list as one of kfuncs; names with their flags. */
  readonly sets: readonly { readonly kfuncs: boolean; readonly names: Readonly<Record<string, string>> }[]
}

/** The catalogue's words for the kernel's flags. */
const WORDS: Readonly<Record<string, KfuncFlag>> = {
  ACQUIRE: "acquire",
  RELEASE: "release",
  RET_NULL: "retNull",
  TRUSTED_ARGS: "trustedArgs",
  SLEEPABLE: "sleepable",
  DESTRUCTIVE: "destructive",
  RCU: "rcu",
  ITER_NEW: "iterNew",
  ITER_NEXT: "iterNext",
  ITER_DESTROY: "iterDestroy",
  RCU_PROTECTED: "rcuProtected",
}

/** Functions that the kernel keeps for its own tests, and one that programs replace but do not call. */
const NOT_IN_THE_CATALOGUE =
  /^bpf_kfunc_call_|^bpf_modify_return_test|^bpf_fentry_test|^update_socket_protocol$/

const LETTERS: Record<KfuncRefusal, string> = { unknown: "0", program: ".", sleepable: "s", deviceBound: "d" }

function kfuncsOf(release: string): Map<string, string> {
  const file = new URL(`golden/kfunc-sets-${release}.json`, import.meta.url)
  const { sets }: SetsFile = JSON.parse(readFileSync(file, "utf8"))
  return new Map(
    sets.flatMap(({ names }) => Object.entries(names)).filter(([name]) => !NOT_IN_THE_CATALOGUE.test(name)),
  )
}

describe.each(["6.1", "6.12"])("kfuncs of %s", release => {
  const inImage = kfuncsOf(release)
  const there = KFUNCS.filter(row => isSince(row.since, release))
  const golden = askedPrograms(readGolden(`kfuncs-${release}`))
  /** Those that the kernel or a module of it has: the sweep says "0" of others. */
  const asked = new Set(
    golden
      .flatMap(({ answers }) => [...answers].filter(([, letter]) => letter !== "0"))
      .map(([name]) => name),
  )

  test("every kfunc in the kernel's image is in the catalogue, with a release that fits", () => {
    expect([...inImage.keys()].filter(name => !there.some(row => row.name === name))).toEqual([])
    expect(inImage.size).toBeGreaterThan(15)
  })

  test("what the catalogue has besides is of modules or of what Debian does not build", () => {
    const elsewhere = there.filter(row => !inImage.has(row.name) && !asked.has(row.name))
    expect([...new Set(elsewhere.map(row => row.set))].sort()).toEqual(
      release === "6.1" ? [] : ["hid", "hidAttach", "hidSyscall", "sched", "schedCallbacks", "schedUnlocked"],
    )
    const modules = there.filter(row => !inImage.has(row.name) && asked.has(row.name))
    expect(modules.filter(row => !(KFUNC_SETS[row.set] as KfuncSetRow).module).map(row => row.name)).toEqual(
      [],
    )
    expect(modules.length).toBeGreaterThan(20)
  })

  test("the catalogue answers as the kernel for every program and kfunc", () => {
    const differences: string[] = []
    let agreed = 0
    for (const program of golden)
      for (const row of there) {
        if (!asked.has(row.name)) continue
        const kernel = program.answers.get(row.name) ?? "."
        const verdict = kfuncAllowed(row, { ...callerOf(program), release })
        const catalogue = verdict.allowed ? "+" : LETTERS[verdict.refusal]
        // 6.1 looks at the arguments first, and so does not get as far as asking whether the program may sleep.
        const same = catalogue === kernel || (release === "6.1" && catalogue === "s" && kernel === "+")
        if (same) agreed++
        else differences.push(`${program.label} ${row.name}: kernel ${kernel}, catalogue ${catalogue}`)
      }
    expect(differences).toEqual([])
    expect(agreed).toBeGreaterThan(4000)
  })
})

describe("flags of kfuncs", () => {
  test("are those of 6.12", () => {
    const differences = [...kfuncsOf("6.12")].flatMap(([name, flags]) => {
      const kernel = flags === "" ? [] : flags.split(" ").map(flag => WORDS[flag] ?? flag)
      // How arenas are marked came after 6.12.
      const catalogue = (kfunc(name)?.flags ?? []).filter(flag => flag !== "arenaRet" && flag !== "arenaArg2")
      const known =
        name === "bpf_arena_alloc_pages" ? catalogue.filter(flag => flag !== "retNull") : catalogue
      return [...kernel].sort().join() === [...known].sort().join()
        ? []
        : [`${name}: kernel ${kernel}, catalogue ${known}`]
    })
    expect(differences).toEqual([])
  })
})
