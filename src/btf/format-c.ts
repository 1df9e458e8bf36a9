import type { Btf } from "./btf.ts"
import { CNames, identifier, spellBase } from "./c-names.ts"
import { Budget, inlineRecord, inOrder, isEntity, type Needs, needsOf } from "./c-order.ts"
import { planRecord, type RecordPart } from "./c-record.ts"
import { referencesOf } from "./references.ts"
import { MAX_DEPTH } from "./size.ts"
import { spellDeclaration } from "./spelling.ts"
import type { BtfMember, BtfTypeOf, TypeId } from "./types.ts"

export interface FormatCOptions {
  /** Only these types and what they need; all types (of the base too) when absent. */
  readonly roots?: readonly TypeId[]
}

const HEAD = `#ifndef __VMLINUX_H__
#define __VMLINUX_H__

#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)
#endif

#ifndef __ksym
#define __ksym __attribute__((section(".ksyms")))
#endif

#ifndef __weak
#define __weak __attribute__((weak))
#endif

`

const TAIL = `#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute pop
#endif

#endif /* __VMLINUX_H__ */
`

/** Characters of a header at most; the largest kernels need four million. */
const MAX_LENGTH = 1 << 26

/** What a record costs of that before a character is written: hostile types nest in ways that multiply. */
const RECORD_COST = 64

/** Steps from type to type while the order is found; the largest kernels take a million. */
const MAX_STEPS = 1 << 24

/**
 * A C header with the types, each after those it needs, laid out by a compiler for a 64-bit target exactly as BTF
 * says; the macros around it are those of bpftool's vmlinux.h. Functions tagged `bpf_kfunc` are declared at the
 * end. Throws BtfError for types that C cannot express (a struct inside itself).
 */
export function formatC(btf: Btf, options: FormatCOptions = {}): string {
  const writer = new CWriter(btf)
  writer.types(options.roots)
  if (!options.roots) writer.kfuncs()
  return `${HEAD}${writer.text()}${TAIL}`
}

class CWriter {
  readonly #btf: Btf
  readonly #names: CNames
  readonly #chunks: string[] = []
  readonly #declared = new Set<string>()
  readonly #output: Budget
  readonly #work: Budget

  constructor(btf: Btf) {
    this.#btf = btf
    this.#names = new CNames(btf)
    this.#output = new Budget(`${btf.label}: the C header exceeds ${MAX_LENGTH} characters`, MAX_LENGTH)
    this.#work = new Budget(`${btf.label}: the types refer to one another too often for C`, MAX_STEPS)
  }

  text(): string {
    return this.#chunks.join("")
  }

  types(roots: readonly TypeId[] | undefined): void {
    const btf = this.#btf
    inOrder(
      btf,
      roots ?? this.#everything(),
      id => needsOf(btf, this.#names, id, this.#work),
      (id, needs) => {
        this.#declare(needs, id)
        if (isEntity(btf, id)) this.#define(id)
        else if (isEnum(btf, id)) this.#put(`${this.#enumText(id, 0)};\n\n`)
      },
    )
  }

  /** Declares the kernel functions that programs may call. */
  kfuncs(): void {
    const btf = this.#btf
    const ids: TypeId[] = []
    for (const tag of btf.findAll("bpf_kfunc", "decl_tag")) {
      const target = btf.typeOf(tag, "decl_tag")!
      if (target.component === -1 && btf.kindOf(target.type) === "func") ids.push(target.type)
    }
    if (ids.length === 0) return
    this.#put("#ifndef BPF_NO_KFUNC_PROTOTYPES\n")
    for (const id of ids) {
      this.#declare(needsOf(btf, this.#names, id, this.#work), id)
      const name = this.#names.ordinary(btf.type(id).name)
      this.#put(`extern ${this.#spell(id, name, 0, true)} __weak __ksym;\n`)
    }
    this.#put("#endif\n\n")
  }

  *#everything(): Generator<TypeId> {
    const btf = this.#btf
    const inlined = new Set<TypeId>()
    for (const id of btf.ids())
      for (const reference of referencesOf(btf.type(id)))
        if (isAnonymousEnum(btf, reference)) inlined.add(reference)
    for (const id of btf.ids()) {
      // Base types (such as clang's __ARRAY_SIZE_TYPE__) come when something needs them.
      const kind = btf.kindOf(id)
      if (kind === "int" || kind === "float") continue
      if (isEntity(btf, id) || (isAnonymousEnum(btf, id) && !inlined.has(id))) yield id
    }
  }

  #put(text: string): void {
    this.#output.spend(text.length)
    this.#chunks.push(text)
  }

  #declare(needs: Needs, self: TypeId): void {
    for (const id of needs.declared) {
      if (id === self) continue
      const tagged = this.#names.tagged(id)
      if (this.#declared.has(tagged)) continue
      this.#declared.add(tagged)
      this.#put(`${tagged};\n\n`)
    }
  }

  #define(id: TypeId): void {
    const type = this.#btf.type(id)
    switch (type.kind) {
      case "typedef":
        this.#put(`typedef ${this.#spell(type.type, this.#names.typeName(id), 0)};\n\n`)
        break
      case "int":
      case "float":
        this.#put(`typedef ${spellBase(type).text} ${this.#names.typeName(id)};\n\n`)
        break
      case "struct":
      case "union":
        this.#declared.add(this.#names.tagged(id))
        this.#put(`${this.#recordText(id, type, this.#names.tagged(id), 0)};\n\n`)
        break
      case "enum":
      case "enum64":
        this.#put(`${this.#enumText(id, 0)};\n\n`)
        break
      default:
        throw new Error(`BUG: a ${type.kind} is no entity`)
    }
  }

  /** The declaration of a name with a type; anonymous records and enums are written out, indented by `depth`. */
  #spell(id: TypeId, name: string, depth: number, parameters = false): string {
    return spellDeclaration(this.#btf, id, name, {
      tags: true,
      leaf: leaf => this.#leaf(leaf, depth),
      ...(parameters && { parameterName: identifier }),
    })
  }

  #leaf(id: TypeId, depth: number): string {
    const type = this.#btf.type(id)
    switch (type.kind) {
      case "int":
      case "float": {
        const { text, named } = spellBase(type)
        return named ? this.#names.typeName(id) : text
      }
      case "typedef":
        return this.#names.typeName(id)
      case "struct":
      case "union":
        return type.name === "" ? this.#recordText(id, type, type.kind, depth) : this.#names.tagged(id)
      case "enum":
      case "enum64":
        return type.name === "" ? this.#enumText(id, depth) : this.#names.tagged(id)
      case "fwd":
        return this.#names.tagged(id)
      default:
        return `void /* ${type.kind} */`
    }
  }

  #recordText(
    id: TypeId,
    type: BtfTypeOf<"struct"> | BtfTypeOf<"union">,
    head: string,
    depth: number,
  ): string {
    this.#output.spend(RECORD_COST + type.members.length)
    const plan = depth < MAX_DEPTH ? planRecord(this.#btf, id, type) : undefined
    const indent = "\t".repeat(depth + 1)
    const close = `${"\t".repeat(depth)}}`
    if (!plan)
      return `${head} {\n${indent}/* no C struct has this layout */\n${indent}unsigned char ___bytes[${type.size}];\n${close}`
    if (plan.parts.length === 0) return `${head} {}`
    const lines = groupGaps(plan.parts).map(part => `${indent}${this.#part(part, depth + 1)}\n`)
    return `${head} {\n${lines.join("")}${close}${plan.packed ? " __attribute__((packed))" : ""}`
  }

  #part(part: RecordPart | readonly RecordPart[], depth: number): string {
    if (isList(part)) return part.map(gap => this.#part(gap, depth)).join(" ")
    switch (part.kind) {
      case "gap":
        return `${part.type} : ${part.bits};`
      case "bytes":
        return `unsigned char ${part.name}[${part.length}];`
      case "member":
        return `${this.#member(part.member, depth)}${part.bitSize === 0 ? "" : ` : ${part.bitSize}`};`
      default:
        return part satisfies never
    }
  }

  #member(member: BtfMember, depth: number): string {
    if (member.name !== "") return this.#spell(member.type, identifier(member.name), depth)
    const record = inlineRecord(this.#btf, member.type)
    if (record === undefined) return this.#spell(member.type, "", depth)
    const type = this.#btf.typeOf(record, "struct") ?? this.#btf.typeOf(record, "union")!
    return this.#recordText(record, type, type.kind, depth)
  }

  #enumText(id: TypeId, depth: number): string {
    const type = this.#btf.type(id)
    if (type.kind !== "enum" && type.kind !== "enum64") throw new Error(`BUG: [${id}] is no enum`)
    const head = type.name === "" ? "enum" : this.#names.tagged(id)
    const indent = "\t".repeat(depth + 1)
    // C has no enum without enumerators; BTF describes one that was only declared so.
    const values =
      type.values.length > 0 ? type.values : [{ name: `${type.name || "enum"}___undefined`, value: 0n }]
    this.#output.spend(values.length)
    const lines = values.map(
      entry => `${indent}${this.#names.ordinary(entry.name)} = ${literal(entry.value)},\n`,
    )
    const mode = enumMode(
      type.size,
      values.map(entry => entry.value),
    )
    return `${head} {\n${lines.join("")}${"\t".repeat(depth)}}${mode}`
  }
}

/** clang and gcc take the smallest of int and long that holds all values; other sizes must be asked for. */
function enumMode(size: number, values: readonly bigint[]): string {
  const wide = values.some(value => value > 0xffffffffn || value < -0x80000000n)
  const mixed = values.some(value => value > 0x7fffffffn) && values.some(value => value < 0n)
  if (size === (wide || mixed ? 8 : 4)) return ""
  return ` __attribute__((mode(${{ 1: "QI", 2: "HI", 4: "SI", 8: "DI" }[size]})))`
}

function literal(value: bigint): string {
  if (value === -(1n << 63n)) return "(-9223372036854775807LL - 1)"
  if (value > 0x7fffffffffffffffn) return `${value}ULL`
  return value > 0xffffffffn || value < -0x80000000n ? `${value}LL` : String(value)
}

/** Neighbouring gaps share a line. */
function groupGaps(parts: readonly RecordPart[]): (RecordPart | RecordPart[])[] {
  const lines: (RecordPart | RecordPart[])[] = []
  for (const part of parts) {
    const last = lines.at(-1)
    if (part.kind !== "gap") lines.push(part)
    else if (Array.isArray(last)) last.push(part)
    else lines.push([part])
  }
  return lines
}

function isList(part: RecordPart | readonly RecordPart[]): part is readonly RecordPart[] {
  return Array.isArray(part)
}

function isEnum(btf: Btf, id: TypeId): boolean {
  const kind = btf.kindOf(id)
  return kind === "enum" || kind === "enum64"
}

function isAnonymousEnum(btf: Btf, id: TypeId): boolean {
  return isEnum(btf, id) && btf.type(id).name === ""
}
