// The layouts of contexts are those of the kernel's own structures, as its BTF has them.
import { beforeAll, describe, expect, test } from "vitest"
import type { Btf } from "../../../src/btf/index.ts"
import { CONTEXT_LAYOUTS, type ContextLayout, fieldBytes } from "../../../src/catalog/details.ts"
import { isSince } from "../../../src/catalog/index.ts"
import { loadBuiltinProfile } from "../../../src/profile/node.ts"
import { RELEASES } from "./read-golden.ts"

/** Layouts whose C type is no structure of that name in BTF. */
const ELSEWHERE: Readonly<Record<string, string>> = { pt_regs: "pt_regs" }
const NOT_IN_BTF = new Set(["lirc_sample"])

const layouts: [string, ContextLayout][] = Object.entries(CONTEXT_LAYOUTS)

describe.each(RELEASES)("%s", release => {
  let btf: Btf
  beforeAll(async () => {
    btf = (await loadBuiltinProfile(release)).btf()
  })

  test.each(layouts.filter(([name]) => !NOT_IN_BTF.has(name)))("%s", (name, layout) => {
    const id = btf.find(ELSEWHERE[name] ?? name, "struct")
    if (id === undefined) {
      // Came later.
      expect(layout.fields.every(field => !isSince(field.since, release))).toBe(true)
      return
    }
    const members = flatMembers(btf, id, 0)
    for (const field of layout.fields) {
      if (!isSince(field.since, release) || field.name === "(padding)") continue
      const alias = name === "pt_regs" ? X86[field.name as keyof typeof X86] : undefined
      const member = members.find(one => one.name === alias) ?? members.find(one => one.name === field.name)
      expect(member, `${name}.${field.name}`).toBeDefined()
      expect({ offset: field.offset, bytes: fieldBytes(field) }, `${name}.${field.name}`).toEqual({
        offset: member!.offset,
        bytes: member!.bytes,
      })
    }
  })
})

/** BTF has the kernel's names of registers, the UAPI those of the manual. */
const X86 = {
  rbp: "bp",
  rbx: "bx",
  rax: "ax",
  rcx: "cx",
  rdx: "dx",
  rsi: "si",
  rdi: "di",
  orig_rax: "orig_ax",
  rip: "ip",
  eflags: "flags",
  rsp: "sp",
  // Whole words since 6.9; the segment itself has two bytes there.
  cs: "csx",
  ss: "ssx",
}

/** Members of a structure and of the anonymous unions in it, as bytes. */
function flatMembers(btf: Btf, id: number, base: number): { name: string; offset: number; bytes: number }[] {
  const type = btf.type(id)
  if (type.kind !== "struct" && type.kind !== "union") return []
  return type.members.flatMap(member => {
    const offset = base + member.bitOffset / 8
    if (member.name !== "") return [{ name: member.name, offset, bytes: btf.sizeOf(member.type) }]
    const inner = btf.resolve(member.type)
    return flatMembers(btf, inner, offset)
  })
}

test.each(layouts)("%s: fields lie inside the structure, in order", (_, layout) => {
  let last = 0
  for (const field of layout.fields) {
    expect(field.offset).toBeGreaterThanOrEqual(last)
    expect(field.offset % field.size).toBe(0)
    expect(field.offset + fieldBytes(field)).toBeLessThanOrEqual(layout.size)
    last = field.offset
  }
})
