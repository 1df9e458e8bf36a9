import { expect, test } from "vitest"
import { ATTACH_TYPES } from "./attach-types.ts"
import { MAP_TYPES } from "./map-types.ts"
import { PROGRAM_TYPES } from "./program-types.ts"
import { RETURN_CODES } from "./return-codes.ts"

const SENTENCES: readonly (readonly [string, readonly string[]])[] = [
  ...PROGRAM_TYPES.map(
    row => [row.name, [row.summary, row.attachesTo, ...row.mechanism, ...row.excludes]] as const,
  ),
  ...ATTACH_TYPES.map(row => [row.name, [row.summary]] as const),
  ...MAP_TYPES.map(row => [row.name, [row.summary, row.key, row.value]] as const),
  ...RETURN_CODES.map(
    row => [row.programType, [row.summary, ...row.values.map(value => value.effect)]] as const,
  ),
]

test.each(SENTENCES)("%s is described in short sentences without full stop", (_, sentences) => {
  for (const sentence of sentences) {
    expect(sentence.length, sentence).toBeGreaterThan(2)
    expect(sentence.length, sentence).toBeLessThan(170)
    expect(sentence).toMatch(/[^.\s]$/)
  }
})
