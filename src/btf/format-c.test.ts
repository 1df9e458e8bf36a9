import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { BtfError } from "../base/index.ts"
import type { Btf } from "./btf.ts"
import { BtfBuilder } from "./builder.ts"
import { formatC } from "./format-c.ts"
import { readBtf } from "./read.ts"
import type { BtfMember, BtfType, TypeId } from "./types.ts"

const btf = readBtf(readFileSync(new URL("fixtures/types.bpfel.btf", import.meta.url)), { label: "types" })

const U8 = { kind: "int", name: "unsigned char", size: 1, encoding: "", bitOffset: 0, bits: 8 } as const
const U32 = { kind: "int", name: "unsigned int", size: 4, encoding: "", bitOffset: 0, bits: 32 } as const

function member(name: string, type: number, bitOffset: number, bitSize = 0): BtfMember {
  return { name, type: type as TypeId, bitOffset, bitSize }
}

function built(...types: BtfType[]): Btf {
  const builder = new BtfBuilder()
  for (const type of types) builder.add(type)
  return readBtf(builder.build(), { label: "built" })
}

/** The header without what stands around the types. */
function body(of: Btf, options = {}): string {
  const text = formatC(of, options)
  return text.slice(text.indexOf("(weak))\n#endif\n\n") + 16, text.lastIndexOf("#ifndef BPF_NO_PRESERVE"))
}

describe("formatC", () => {
  test("prints the fixture's types, each after those it needs", async () => {
    await expect(formatC(btf)).toMatchFileSnapshot("fixtures/types.golden.h")
  })

  test("prints of chosen types what they need, and no more", () => {
    expect(body(btf, { roots: [btf.find("list", "struct")!] })).toBe(
      "struct list;\n\nstruct node {\n\tstruct node *next;\n\tstruct list *owner;\n\tint value;\n};\n\n" +
        "union declared_union;\n\nstruct declared_only;\n\n" +
        "struct list {\n\tstruct node *head;\n\tstruct node *tail;\n\tstruct node first;\n" +
        "\tstruct declared_only *hidden;\n\tunion declared_union *also_hidden;\n};\n\n",
    )
  })

  test("numbers types and enumerators that share a name", () => {
    const one = { kind: "struct", name: "same", size: 1, members: [member("a", 1, 0)] } as const
    const two = { kind: "union", name: "same", size: 1, members: [member("b", 1, 0)] } as const
    const anonymous = {
      kind: "enum",
      name: "",
      size: 4,
      signed: false,
      values: [{ name: "X", value: 1n }],
    } as const
    const text = body(
      built(U8, one, two, anonymous, anonymous, { kind: "typedef", name: "X", type: 1 as TypeId }),
    )
    expect(text).toContain("struct same {")
    expect(text).toContain("union same___2 {")
    expect(text).toContain("enum {\n\tX = 1,\n};")
    expect(text).toContain("enum {\n\tX___2 = 1,\n};")
    expect(text).toContain("typedef unsigned char X___3;")
  })

  test("a forward declaration stands for the definition of its name", () => {
    const text = body(
      built(
        { kind: "fwd", name: "thing", aggregate: "struct" },
        { kind: "ptr", name: "", type: 1 as TypeId },
        { kind: "typedef", name: "handle", type: 2 as TypeId },
        { kind: "struct", name: "thing", size: 0, members: [] },
      ),
    )
    expect(text).toBe("struct thing;\n\ntypedef struct thing *handle;\n\nstruct thing {};\n\n")
  })

  test("names that are no C become C", () => {
    const text = body(
      built(
        { ...U32, name: "core::num::u32" },
        { kind: "struct", name: "Vec<u8>", size: 4, members: [member("default", 1, 0)] },
      ),
    )
    expect(text).toBe(
      "typedef unsigned int core__num__u32;\n\nstruct Vec_u8_ {\n\tcore__num__u32 default_;\n};\n\n",
    )
  })

  test("a layout that C cannot have becomes bytes", () => {
    const text = body(
      built(U32, { kind: "struct", name: "odd", size: 8, members: [member("a", 1, 0), member("b", 1, 16)] }),
    )
    expect(text).toBe(
      "struct odd {\n\t/* no C struct has this layout */\n\tunsigned char ___bytes[8];\n};\n\n",
    )
  })

  test("a gap of gigabytes takes one line", () => {
    const text = body(
      built(U8, { kind: "struct", name: "gap", size: 0xfffffff0, members: [member("a", 1, 0)] }),
    )
    expect(text).toContain("\tunsigned char ___pad_1[4294967279];\n")
  })

  test("declares the kernel functions that programs may call", () => {
    const text = body(
      built(
        { kind: "struct", name: "task", size: 0, members: [] },
        { kind: "ptr", name: "", type: 1 as TypeId },
        { kind: "func_proto", name: "", returns: 2 as TypeId, params: [{ name: "p", type: 2 as TypeId }] },
        { kind: "func", name: "acquire", type: 3 as TypeId, linkage: "static" },
        { kind: "decl_tag", name: "bpf_kfunc", type: 4 as TypeId, component: -1 },
      ),
    )
    expect(text).toContain("extern struct task *acquire(struct task *p) __weak __ksym;\n")
  })

  test("refuses a struct inside itself, naming it", () => {
    const self = built({ kind: "struct", name: "self", size: 4, members: [member("again", 1, 0)] })
    expect(() => formatC(self)).toThrow(BtfError)
    expect(() => formatC(self)).toThrow("built: type [1] (struct self) needs its own definition")
  })

  test("refuses anonymous types that double at each level, in bounded time", () => {
    const builder = new BtfBuilder()
    let id = builder.add(U8)
    for (let i = 0; i < 40; i++)
      id = builder.add({
        kind: "union",
        name: "",
        size: 1,
        members: [member("a", id, 0), member("b", id, 0)],
      })
    builder.add({ kind: "typedef", name: "bomb", type: id })
    const bomb = readBtf(builder.build())
    expect(() => formatC(bomb)).toThrow(BtfError)
  })

  test("prints chains of a hundred thousand structs without recursion", () => {
    const builder = new BtfBuilder()
    const count = 100_000
    for (let i = 1; i <= count; i++)
      builder.add({
        kind: "struct",
        name: `s${i}`,
        size: 0,
        members: i < count ? [member("m", i + 1, 0)] : [],
      })
    const chain = readBtf(builder.build())
    // Nesting beyond the limit is written as bytes; order and termination are what counts here.
    const text = body(chain)
    expect(text.indexOf("struct s100000 {")).toBeLessThan(text.indexOf("struct s1 {"))
  })
})
