import { expect, test } from "vitest"
import { essentialName, sameEssentialName } from "./essential-name.ts"

test.each([
  ["task", "task"],
  ["task___old", "task"],
  ["task___2", "task"],
  ["a___b___c", "a___b"],
  ["___task", "___task"],
  ["task___", "task___"],
  ["wide____name", "wide____name"],
  ["a____b___c", "a____b"],
  ["a___b____c", "a"],
  ["_a___b", "_a"],
  ["a__b", "a__b"],
  ["", ""],
])("the essential name of %j is %j", (name, essential) => {
  expect(essentialName(name)).toBe(essential)
})

test("flavours of one name are the same", () => {
  expect(sameEssentialName("task___a", "task___b")).toBe(true)
  expect(sameEssentialName("task___a", "task")).toBe(true)
  expect(sameEssentialName("task", "tasks")).toBe(false)
})
