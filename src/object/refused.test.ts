import { readdirSync, readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { ObjectError, RelocationError, SkepError } from "../base/index.ts"
import { readObject } from "./read-object.ts"

const folder = new URL("./fixtures/refused/", import.meta.url)

/** The objects of fixtures/refused and the reason that libbpf 1.5 prints for each. */
const REASONS = [
  ["arena-without-map", "prog 'use': bad arena data relocation at insn 0, no arena maps defined"],
  ["call-to-program", "prog 'use': bad call relo against 'other' in section 'tc'"],
  ["extern-section", "unrecognized extern section '.elsewhere'"],
  ["kconfig-type", "extern (kcfg) 'CONFIG_PAIR': type is unsupported"],
  ["key-conflict", "map 'conflict': conflicting key size 8 != 4"],
  ["legacy-maps", "legacy map definitions in 'maps' section are not supported"],
  ["nested-inner", "map 'deep.inner': multi-level inner maps not supported"],
  ["no-btf", "BTF is required, but is missing"],
  ["no-map-type", "map 'untyped': map type isn't specified"],
  ["slot-of-hash", ".maps relo #0: hash-of-maps 'outer' should have key size 4"],
  ["static-program", "sec 'xdp': program 'entry' is static and not supported"],
  ["struct-ops-program", "struct_ops reloc instance: prog not_struct_ops is not struct_ops BPF program"],
  ["two-arenas", "only a single ARENA map is supported: 'one' and 'two' are"],
  ["undefined-extern", "failed to find BTF for extern 'nowhere' [5] section"],
  ["unknown-field", "map 'typo': unknown field 'max_entry'"],
  ["values-of-array", "map 'wrong': should be map-in-map or prog-array"],
  ["variable-section", "prog 'use': bad map relo against 'lost' in section 'elsewhere'"],
] as const

test.each(REASONS)("%s: %s", (name, reason) => {
  const bytes = readFileSync(new URL(`${name}.bpf.o`, folder))
  expect(() => readObject(bytes)).toThrow(SkepError)
  expect(() => readObject(bytes)).toThrow(reason)
})

test("every refused fixture is in the table", () => {
  const files = readdirSync(folder).filter(name => name.endsWith(".o"))
  expect(files.sort()).toEqual(REASONS.map(([name]) => `${name}.bpf.o`))
})

test("relocations that cannot be meant are RelocationErrors, the rest ObjectErrors", () => {
  const read = (name: string) => () => readObject(readFileSync(new URL(`${name}.bpf.o`, folder)))
  expect(read("call-to-program")).toThrow(RelocationError)
  expect(read("unknown-field")).toThrow(ObjectError)
})

test("an ELF file of another machine is named, with what to do", () => {
  const bytes = new Uint8Array(readFileSync(new URL("no-map-type.bpf.o", folder)))
  bytes[18] = 62
  expect(() => readObject(bytes)).toThrow("not a valid eBPF object file: it is an ELF file for x86-64")
  expect(() => readObject(bytes)).toThrow(expect.objectContaining({ hint: "compile with clang -target bpf" }))
})
