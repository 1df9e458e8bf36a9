import { describe, expect, test } from "vitest"
import { PROGRAM_TYPES } from "../program-types.ts"
import { HELPER_SETS } from "./helper-sets.ts"
import { HELPERS } from "./helpers.ts"
import { helper } from "./index.ts"
import { PROGRAM_HELPERS } from "./program-helpers.ts"

describe("helpers", () => {
  test("every number from 1 to 211 is there once, in order", () => {
    expect(HELPERS.map(row => row.id)).toEqual(Array.from({ length: 211 }, (_, i) => i + 1))
  })

  test("names are unique", () => {
    expect(new Set(HELPERS.map(row => row.name)).size).toBe(HELPERS.length)
  })

  test("a row is found by name, short name and number", () => {
    expect(helper("bpf_loop")).toBe(helper(181))
    expect(helper("loop")).toBe(helper(181))
    expect(helper("bpf_no_such_thing")).toBeUndefined()
    expect(helper(0)).toBeUndefined()
  })
})

describe("who may call helpers", () => {
  const granted = new Set(
    [...Object.values(HELPER_SETS).flat(), ...PROGRAM_HELPERS.flatMap(row => [...row.grants])].flatMap(
      grant => [...grant.helpers],
    ),
  )

  test("every helper is granted to some program type", () => {
    expect(HELPERS.map(row => row.name).filter(name => !granted.has(name))).toEqual([])
  })

  test("every program type has its row, but ext, which has what it replaces", () => {
    const described = new Set<string>(PROGRAM_HELPERS.map(row => row.programType))
    expect(PROGRAM_TYPES.map(row => row.name).filter(name => !described.has(name))).toEqual(["ext"])
  })

  test("every set is used", () => {
    const used = new Set<string>(PROGRAM_HELPERS.flatMap(row => [...row.sets]))
    expect(Object.keys(HELPER_SETS).filter(name => !used.has(name))).toEqual([])
  })
})
