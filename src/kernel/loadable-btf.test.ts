import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { type Btf, readBtf } from "../btf/index.ts"
import { readObject } from "../object/index.ts"
import { loadableBtf } from "./loadable-btf.ts"

const fixtures = new URL("../object/fixtures/", import.meta.url)

function loadable(name: string): Btf {
  const object = readObject(readFileSync(new URL(name, fixtures)), { name })
  return readBtf(loadableBtf(object, { questionMarks: false })!.bytes)
}

/** Sections of a blob with what the kernel checks: where variables stand, and how long the section is. */
function sections(btf: Btf): { name: string; size: number; variables: { offset: number; size: number }[] }[] {
  return [...btf.ids()].flatMap(id => {
    const type = id === 0 ? undefined : btf.typeOf(id, "datasec")
    return type ? [{ name: type.name, size: type.size, variables: [...type.variables] }] : []
  })
}

describe("BTF as the kernel takes it", () => {
  test.each(["maps.bpf.o", "globals.bpf.o", "programs.bpf.o", "core.bpf.o"])(
    "%s: variables of a section stand one behind the other, inside it",
    name => {
      const all = sections(loadable(name))
      expect(all.length).toBeGreaterThan(0)
      for (const { name, size, variables } of all) {
        let end = 0
        for (const variable of variables) {
          expect(variable.offset, name).toBeGreaterThanOrEqual(end)
          end = variable.offset + variable.size
        }
        expect(size, name).toBeGreaterThanOrEqual(end)
      }
    },
  )

  test("the ids are those of the object", () => {
    const object = readObject(readFileSync(new URL("globals.bpf.o", fixtures)), { name: "globals" })
    const rewritten = loadable("globals.bpf.o")
    for (const id of object.btf!.ids())
      if (id !== 0) expect(rewritten.kindOf(id)).toBe(object.btf!.kindOf(id))
  })

  test("kernel functions are no externs, and their parameters have names", () => {
    const device = readFileSync(new URL("../../test/kernel/programs/device.bpf.o", import.meta.url))
    const rewritten = readBtf(
      loadableBtf(readObject(device, { name: "device" }), { questionMarks: false })!.bytes,
    )
    const id = rewritten.find("hid_bpf_get_data", "func")
    const called = id === undefined ? undefined : rewritten.typeOf(id, "func")
    expect(called?.linkage).toBe("global")
    const prototype = called && rewritten.typeOf(called.type, "func_proto")
    expect(prototype?.params.map(({ name }) => name)).toEqual(["dummy_ksym", "dummy_ksym", "dummy_ksym"])
  })
})
