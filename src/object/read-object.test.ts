import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { PSEUDO_CALL, PSEUDO_LOAD } from "../isa/index.ts"
import { readObject } from "./read-object.ts"
import type { ObjectSpec, ProgramSpec } from "./spec.ts"

const bytesOf = (name: string) => readFileSync(new URL(`./fixtures/${name}.bpf.o`, import.meta.url))
const fixture = (name: string) => readObject(bytesOf(name), { name: `${name}.bpf.o` })

function program(object: ObjectSpec, name: string): ProgramSpec {
  return object.programs.find(each => each.name === name)!
}

/** "first@0 weak_answer@12 …" */
function layout({ functions }: ProgramSpec): string {
  return functions.map(each => `${each.name}@${each.start}`).join(" ")
}

describe("an object", () => {
  test("is frozen, all the way down", () => {
    const object = fixture("maps")
    expect(() => Object.assign(object.maps[0]!, { name: "x" })).toThrow(TypeError)
    expect(() => (object.programs[0]!.instructions as unknown[]).push(0)).toThrow(TypeError)
    expect(() => Object.assign(object.programs[0]!.instructions[0]!, { imm: 1 })).toThrow(TypeError)
  })

  test("is the same for the same bytes, and does not follow later changes of them", () => {
    const bytes = bytesOf("globals")
    const object = readObject(bytes, { name: "globals.bpf.o" })
    bytes.fill(0)
    expect({ ...object, btf: object.btf?.count }).toEqual({ ...fixture("globals"), btf: object.btf?.count })
  })

  test("has license, kernel version and byte order", () => {
    expect(fixture("programs")).toMatchObject({
      name: "programs",
      byteOrder: "little",
      license: "Dual BSD/GPL",
      kernelVersion: 0x60c00,
    })
    expect(fixture("maps")).toMatchObject({ license: "", kernelVersion: 0 })
  })

  test.each(["programs", "maps", "globals"])(
    "of big-endian code is read as its little-endian twin: %s",
    name => {
      const { data: _, ...little } = comparable(fixture(name))
      const { data: __, ...big } = comparable(readObject(bytesOf(`${name}.be`), { name: `${name}.bpf.o` }))
      expect(big).toEqual({ ...little, byteOrder: "big" })
    },
  )

  test("says what in it is passed over", () => {
    expect(fixture("globals").warnings).toEqual([
      "section '.data': its relocations are not applied: addresses in it stay zero",
      "section 'mystery' (4 bytes) is not recognised: nothing reads it",
    ])
  })
})

/** Type numbers differ between the two compilations, and bytes of data are in the other order. */
function comparable(object: ObjectSpec) {
  const btf = object.btf!
  const spelled = (id: number | undefined) => (id === undefined ? undefined : btf.nameOf(id as never))
  return {
    ...object,
    btf: undefined,
    data: object.maps.map(map => map.data),
    maps: object.maps.map(map => ({
      ...map,
      data: map.data?.length,
      inner: undefined,
      keyType: spelled(map.keyType),
      valueType: spelled(map.valueType),
    })),
    globals: object.globals.map(each => ({ ...each, type: spelled(each.type) })),
    externs: object.externs.map(each => ({ ...each, type: spelled(each.type) })),
    programs: object.programs.map(each => ({
      ...each,
      funcInfo: each.funcInfo.map(info => ({ ...info, type: spelled(info.type) })),
    })),
  }
}

describe("programs", () => {
  const object = fixture("programs")

  test("are the functions of all code sections but .text, by section and place", () => {
    expect(object.programs.map(({ name, section, autoload }) => [name, section, autoload])).toEqual([
      ["first", "xdp", true],
      ["second", "xdp", true],
      ["optional", "?tp/syscalls/sys_enter_execve", false],
      ["alone", "kprobe/do_unlinkat", true],
      ["unknown_section", "something/else", true],
      ["throwing", "tc", true],
      ["throwing_badly", "tc", true],
    ])
  })

  test("have the type that their section names, and the target behind it", () => {
    expect(program(object, "optional").definition?.programType).toBe("tracepoint")
    expect(program(object, "optional").target).toBe("syscalls/sys_enter_execve")
    expect(program(object, "unknown_section").definition).toBeUndefined()
  })

  test("get each subprogram once, where libbpf puts it: a callee before the caller's next callee", () => {
    expect(layout(program(object, "first"))).toBe(
      "first@0 weak_answer@12 global_sum@15 four_times@19 twice@24",
    )
    expect(layout(program(object, "second"))).toBe("second@0 four_times@10 twice@15 hidden_step@20")
    expect(layout(program(object, "alone"))).toBe("alone@0")
    expect(program(object, "first").instructions).toHaveLength(29)
  })

  test("call their subprograms at their new places", () => {
    for (const each of object.programs) {
      const starts = each.functions.map(({ start }) => start)
      each.instructions.forEach(({ opcode, src, imm }, slot) => {
        if (opcode === 0x85 && src === PSEUDO_CALL.SUBPROGRAM) expect(starts).toContain(slot + imm + 1)
      })
    }
    // r6 = …, r1 = …, call weak_answer: slot 2 to slot 12.
    expect(program(object, "first").instructions[2]).toMatchObject({ opcode: 0x85, src: 1, imm: 9 })
  })

  test("take the address of a callback", () => {
    const optional = program(object, "optional")
    expect(layout(optional)).toBe("optional@0 on_iteration@8 twice@12")
    expect(optional.references).toEqual([{ kind: "function", at: 2, function: "on_iteration", target: 8 }])
    expect(optional.instructions[2]).toMatchObject({ opcode: 0x18, src: PSEUDO_LOAD.FUNC, imm: 5 })
  })

  test("keep the exception callback that a tag names, and say so when there is none", () => {
    expect(layout(program(object, "throwing"))).toBe("throwing@0 on_exception@5")
    expect(program(object, "throwing").problem).toBeUndefined()
    expect(program(object, "throwing_badly").problem).toBe("cannot find exception callback 'missing'")
  })

  test("know the linkage of their functions; hidden ones are static", () => {
    const linkage = object.programs.flatMap(each => each.functions).map(each => [each.name, each.linkage])
    expect(Object.fromEntries(linkage)).toMatchObject({
      first: "global",
      twice: "static",
      four_times: "static",
      global_sum: "global",
      weak_answer: "weak",
      hidden_step: "static",
    })
  })

  test("have function and line records where the functions went", () => {
    for (const each of object.programs) {
      const named = each.funcInfo.map(info => [info.at, object.btf!.type(info.type).name])
      expect(named).toEqual(each.functions.map(({ start, name }) => [start, name]))
    }
    const second = program(object, "second")
    expect(second.lines.find(line => line.at === 15)?.text).toContain("static __noinline int twice(int x)")
    expect(second.lines.map(line => line.at)).toEqual(second.lines.map(line => line.at).sort((a, b) => a - b))
  })
})

describe("CO-RE records", () => {
  test("follow their functions", () => {
    const object = fixture("core")
    const records = (name: string) =>
      program(object, name).coreRelocations.map(({ at, kind, access, type }) => {
        return `${at} ${kind} ${object.btf!.nameOf(type)} ${access}`
      })
    expect(records("by_core").at(-1)).toMatch(/^\d+ field_byte_offset struct task_struct 0:1$/)
    expect(layout(program(object, "later"))).toBe("later@0 size_of@11 tgid_of@27")
    const moved = program(object, "later").coreRelocations.filter(record => record.at >= 11)
    expect(moved.map(record => record.access)).toEqual(["0:2", "0:0", "0:1"])
    for (const { at, kind } of moved) {
      const { opcode } = program(object, "later").instructions[at]!
      expect([kind, opcode]).toEqual(["field_byte_offset", 0xb7])
    }
  })
})

describe("references", () => {
  test("to maps are marked and named", () => {
    const one = program(fixture("maps"), "tail_one")
    expect(one.references.map(reference => (reference.kind === "map" ? reference.map : ""))).toEqual([
      "flows",
      "tails",
    ])
    for (const { at } of one.references) {
      expect(one.instructions[at]).toMatchObject({ opcode: 0x18, src: PSEUDO_LOAD.MAP_FD, imm: 0 })
    }
  })

  test("to variables name their section's map and the offset in it", () => {
    const object = fixture("globals")
    const { references, instructions } = program(object, "variables")
    const found = references.map(reference => {
      if (reference.kind !== "mapValue") return reference.kind
      const { map, offset } = reference
      return (
        object.globals.find(global => global.map === map && global.offset === offset)?.name ??
        `${map}+${offset}`
      )
    })
    expect(new Set(found)).toEqual(
      new Set([
        "calls",
        "counter",
        "initialized",
        "origin",
        "hidden_by_static",
        "hidden_by_attribute",
        "limit",
        "custom",
        "name",
        "constant",
        "constant_two",
        "only_static",
        "pointer",
      ]),
    )
    for (const reference of references) {
      if (reference.kind !== "mapValue") continue
      expect(instructions[reference.at]).toMatchObject({ src: PSEUDO_LOAD.MAP_VALUE, imm: 0 })
      expect(instructions[reference.at + 1]?.imm).toBe(reference.offset)
    }
  })

  test("to kernel functions are calls or addresses", () => {
    const { references, instructions } = program(fixture("globals"), "externs")
    const of = (name: string) => references.filter(each => "extern" in each && each.extern === name)
    expect(of("bpf_task_from_pid").map(each => each.kind)).toEqual(["kfunc"])
    expect(of("bpf_task_release").map(each => each.kind)).toEqual(["extern", "kfunc"])
    expect(instructions[of("bpf_task_from_pid")[0]!.at]).toMatchObject({ src: PSEUDO_CALL.KFUNC, imm: 0 })
    expect(of("runqueues").map(each => each.kind)).toEqual(["extern"])
  })
})
