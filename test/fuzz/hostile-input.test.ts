import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"
import { mutate, Random } from "./mutations.ts"
import { loadSubjects, outcomeOf } from "./outcome.ts"

// A sample of what `node test/fuzz/soak.mjs` does at length.
const subjects = loadSubjects(fileURLToPath(new URL("../..", import.meta.url)))
const SLOWEST_MS = 1000

test("the intact objects are read", () => {
  expect(subjects.length).toBeGreaterThan(8)
  for (const subject of subjects)
    expect([subject.name, outcomeOf(subject).kind]).toEqual([subject.name, "read"])
})

describe.each(subjects.map(subject => [subject.name, subject] as const))("damaged %s", (name, subject) => {
  test("is a value or a SkepError, within a second", () => {
    const random = new Random(name.length)
    const kinds = new Set<string>()
    for (let i = 0; i < 150; i++) {
      const mutation = mutate(subject, random)
      const { kind, ms, error } = outcomeOf(mutation)
      kinds.add(kind)
      expect(
        error instanceof Error && kind === "crashed" ? error.stack : undefined,
        mutation.description,
      ).toBeUndefined()
      expect(ms, mutation.description).toBeLessThan(SLOWEST_MS)
    }
    // Both must happen, or the mutations miss their aim.
    expect(kinds).toEqual(new Set(["read", "refused"]))
  })
})

test("the same seed makes the same mutations", () => {
  const descriptions = () => {
    const random = new Random(7)
    return Array.from({ length: 20 }, () => mutate(subjects[0]!, random).description)
  }
  expect(descriptions()).toEqual(descriptions())
})

test("every truncation of the smallest object is refused or read", () => {
  const smallest = subjects.toSorted((a, b) => a.bytes.length - b.bytes.length)[0]!
  for (let length = 0; length < smallest.bytes.length; length++) {
    const { kind, error } = outcomeOf({ bytes: smallest.bytes.slice(0, length) })
    expect(kind, `${length} bytes: ${error}`).not.toBe("crashed")
  }
})
