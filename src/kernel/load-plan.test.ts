import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { readValue } from "../btf/index.ts"
import { readObject } from "../object/index.ts"
import { choosePrograms, initialData } from "./load-plan.ts"

const file = new URL("../../test/kernel/programs/scheduler.bpf.o", import.meta.url)
const object = readObject(readFileSync(file), { name: "scheduler" })
const map = object.maps.find(map => map.name === "scheduler")
const kernel = { release: "6.12", version: "6.12.1", config: () => undefined, hasSymbol: () => false }

function valueWith(globals: Readonly<Record<string, unknown>>): unknown {
  if (!map?.structOps || !object.btf) throw new Error("BUG: the object has no struct of operations")
  return readValue(
    object.btf,
    map.structOps.type,
    initialData(object, kernel, globals)(map) ?? new Uint8Array(),
  )
}

describe("the first value of a struct of operations", () => {
  test("is the file's", () => {
    expect(valueWith({})).toMatchObject({ name: "skep_scheduler", timeout_ms: 20_000 })
  })

  test("has the members that are given, and the file's others", () => {
    expect(valueWith({ scheduler: { timeout_ms: 5000 } })).toMatchObject({
      name: "skep_scheduler",
      timeout_ms: 5000,
    })
    expect(valueWith({})).toMatchObject({ timeout_ms: 20_000 })
  })

  test.each([
    [{ scheduler: { timeout: 1 } }, "struct sched_ext_ops of 'scheduler' has no member 'timeout' (ENOENT)"],
    [{ schedule: {} }, "object scheduler has no global variable 'schedule' (ENOENT)"],
  ])("has no other members: %j", (globals, message) => {
    expect(() => valueWith(globals)).toThrow(expect.objectContaining({ message, errno: "ENOENT" }))
  })
})

test.each([
  ["only", { only: ["enqueu"] }],
  ["targets", { targets: { enqueu: { program: { id: 1 } } } }],
])("a program in %s that the object lacks is refused with those it has", (_, options) => {
  expect(() => choosePrograms(object, options)).toThrow("object scheduler has no program 'enqueu'")
})
