// returnRule says what two real kernels accept as return values, for every program type and attach type.
import { beforeAll, describe, expect, test } from "vitest"
import type { Btf } from "../../../src/btf/index.ts"
import { RETURN_CODES, type ReturnRule, returnCodes, returnRule } from "../../../src/catalog/details.ts"
import { PROGRAM_TYPES } from "../../../src/catalog/index.ts"
import { loadBuiltinProfile } from "../../../src/profile/node.ts"
import { type LetteredGolden, RELEASES, readGolden, type Subject, unpack } from "./read-golden.ts"
import { targetOf } from "./signature-of.ts"

describe.each(RELEASES)("the verifier of %s", release => {
  const golden = readGolden<LetteredGolden>("returns", release)
  let btf: Btf
  beforeAll(async () => {
    btf = (await loadBuiltinProfile(release)).btf()
  })

  test.each(golden.subjects.map(subject => [subject.name, subject] as const))("%s", (_, subject) => {
    const answers = unpack(golden.rows[subject.rows.row!]!).map(letter => golden.answers[letter]!)
    const kernel = answers.map(answer => answer === "accepted")
    // The unknown number comes from a helper that a few programs may not call.
    const known = answers.map(
      answer => !/^(unknown func|program of this type cannot use helper) /.test(answer),
    )
    const rule = ruleOf(subject)
    const values = [...golden.values!, "number", "pointer", "nothing"] as const
    const ours = values.map(value => allows(rule, value))
    const disagreements = values
      .map((value, at) => ({ value, kernel: kernel[at], ours: ours[at] }))
      .filter(({ kernel, ours }, at) => known[at] && kernel !== ours)
    expect(disagreements).toEqual([])
  })

  function ruleOf(subject: Subject): ReturnRule {
    const signature = targetOf(subject, release, btf)
    return returnRule({
      programType: subject.programType,
      attachType: subject.attachType,
      release,
      target: signature && { name: signature.name, isVoid: signature.result === undefined },
    })
  }
})

function allows(rule: ReturnRule, value: number | "number" | "pointer" | "nothing"): boolean {
  switch (rule.kind) {
    case "nothing":
      return true
    case "any":
      return value !== "nothing"
    case "range": {
      if (typeof value !== "number") return false
      const seen = rule.bits === 32 ? value | 0 : value
      return seen >= rule.minimum && seen <= rule.maximum
    }
    default:
      return rule satisfies never
  }
}

test("every program type says what its return values mean", () => {
  for (const { name, attachTypes } of PROGRAM_TYPES)
    for (const attachType of [undefined, ...attachTypes]) {
      const row = returnCodes(name, attachType)
      expect(row.values.length, `${name} ${attachType}`).toBeGreaterThan(0)
      const { enforced } = row
      if (enforced === undefined) continue
      for (const { value } of row.values)
        if (value !== undefined) {
          expect(value, `${name} ${attachType}`).toBeGreaterThanOrEqual(enforced.minimum)
          expect(value, `${name} ${attachType}`).toBeLessThanOrEqual(enforced.maximum)
        }
    }
})

test("named return values are the kernel's enumerators", async () => {
  const btf = (await loadBuiltinProfile("6.12")).btf()
  const enumerators = new Map<string, number>()
  for (let id = 1; id < btf.count; id++) {
    const type = btf.type(id)
    if (type.kind === "enum") for (const { name, value } of type.values) enumerators.set(name, Number(value))
  }
  let known = 0
  for (const row of RETURN_CODES)
    for (const value of row.values)
      if ("name" in value && enumerators.has(value.name)) {
        expect(value.value, value.name).toBe(enumerators.get(value.name))
        known++
      }
  expect(known).toBeGreaterThan(30)
})
