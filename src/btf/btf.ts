import { BtfError } from "../base/index.ts"
import { decodeType } from "./decode.ts"
import { KIND, KIND_NAMES } from "./kinds.ts"
import { NameIndex } from "./name-index.ts"
import type { NameLookup } from "./name-lookup.ts"
import { type ByteSearch, NameSearch } from "./name-search.ts"
import { alignOfType, resolveType, sizeOfType } from "./size.ts"
import { spellType } from "./spelling.ts"
import type { StringTable } from "./strings.ts"
import type { TypeSection } from "./type-section.ts"
import type { BtfKind, BtfType, BtfTypeOf, TypeId } from "./types.ts"

/** What a Btf is made of; only `readBtf` makes these. */
export interface BtfParts {
  readonly label: string
  readonly littleEndian: boolean
  readonly base: Btf | undefined
  readonly section: TypeSection
  readonly strings: StringTable
  /** How to find names where that can be done without an index of all. */
  readonly search?: ByteSearch | undefined
}

/**
 * The type information of one object file, kernel or kernel module, already validated: every type id and string
 * offset in it is good. Types are decoded when asked for, and kept. Split BTF goes on where its `base` ends, and
 * answers for the ids of its base too.
 */
export class Btf {
  /** Names the source in messages, such as "vmlinux" or "hello.bpf.o: section .BTF". */
  readonly label: string
  readonly littleEndian: boolean
  /** The BTF whose types the ids below `firstId` name; undefined unless this is split BTF. */
  readonly base: Btf | undefined
  /** The first type id of this blob itself: 1 without base. */
  readonly firstId: number
  /** One more than the last type id: void and the base's types are counted. */
  readonly count: number
  readonly #section: TypeSection
  readonly #strings: StringTable
  readonly #types: (BtfType | undefined)[] = []
  readonly #alignments = new Map<TypeId, number>()
  readonly #search: ByteSearch | undefined
  #lookup: NameLookup | undefined
  #pointerSize: 4 | 8 | undefined

  constructor(parts: BtfParts) {
    this.label = parts.label
    this.littleEndian = parts.littleEndian
    this.base = parts.base
    this.#section = parts.section
    this.#strings = parts.strings
    this.firstId = parts.base?.count ?? 1
    this.count = this.firstId + parts.section.starts.length
    this.#search = parts.search
  }

  /** The decoded type; throws BtfError for void (0) and for ids that are not there. */
  type(id: TypeId | number): BtfType {
    const index = id - this.firstId
    const known = this.#types[index]
    if (known) return known
    if (this.base && id < this.firstId) return this.base.type(id)
    const start = this.#section.starts[index]
    if (start === undefined) throw this.#noSuchType(id)
    const type = decodeType(this.#section.words, start, this.#strings)
    this.#types[index] = type
    return type
  }

  /** The kind of a type, without decoding the type; "void" for id 0. */
  kindOf(id: TypeId | number): BtfKind | "void" {
    if (id === 0) return "void"
    return KIND_NAMES[this.kindNumber(id)]!
  }

  /** The kind as its number in the format; 0 for void. */
  kindNumber(id: TypeId | number): number {
    if (id === 0) return 0
    if (this.base && id < this.firstId) return this.base.kindNumber(id)
    const start = this.#section.starts[id - this.firstId]
    if (start === undefined) throw this.#noSuchType(id)
    return (this.#section.words[start + 1]! >>> 24) & 0x1f
  }

  isVoid(id: TypeId | number): boolean {
    return id === 0
  }

  /** The type if the id names one of this kind, else undefined. */
  typeOf<K extends BtfKind>(id: TypeId | number, kind: K): BtfTypeOf<K> | undefined {
    return this.kindOf(id) === kind ? (this.type(id) as BtfTypeOf<K>) : undefined
  }

  /** The first type of this name (and one of these kinds, when given); a base's types come before its split's. */
  find(name: string, ...kinds: BtfKind[]): TypeId | undefined {
    const inherited = this.base?.find(name, ...kinds)
    if (inherited !== undefined) return inherited
    for (const id of this.#named(name, kinds)) return id
    return undefined
  }

  /** Every type of this name (and one of these kinds, when given), in ascending order. */
  findAll(name: string, ...kinds: BtfKind[]): TypeId[] {
    return [...(this.base?.findAll(name, ...kinds) ?? []), ...this.#named(name, kinds)]
  }

  /** The types of this blob itself whose names are `essential` and a flavour: "essential___flavour". */
  *flavoursOf(essential: string): Generator<TypeId> {
    for (const index of this.#names.flavoursOf(essential)) yield (this.firstId + index) as TypeId
  }

  /** What a type stands for without typedefs, qualifiers and type tags; VOID stays VOID. */
  resolve(id: TypeId): TypeId {
    return resolveType(this, id)
  }

  /** Size in bytes; throws BtfError for void, functions and forward declarations. */
  sizeOf(id: TypeId): number {
    return sizeOfType(this, id)
  }

  /** Alignment in bytes; 1 for packed structs. Throws BtfError as `sizeOf` does. */
  alignOf(id: TypeId): number {
    return alignOfType(this, id, this.#alignments)
  }

  /** The C spelling of a type: "struct task_struct *", "int (*)(void *, u64)", "char[16]". */
  nameOf(id: TypeId): string {
    return spellType(this, id)
  }

  /** Bytes of a pointer: those of the type `long`, which BTF always describes when it matters; 8 without it. */
  get pointerSize(): 4 | 8 {
    this.#pointerSize ??= this.base?.pointerSize ?? this.#longSize()
    return this.#pointerSize
  }

  /** Every type id from 1 on, the base's included. */
  *ids(): Generator<TypeId> {
    for (let id = 1; id < this.count; id++) yield id as TypeId
  }

  /** The ids of this blob itself, without those of its base. */
  *ownIds(): Generator<TypeId> {
    for (let id = this.firstId; id < this.count; id++) yield id as TypeId
  }

  /** The string at an offset of the string section (BTF.ext refers to strings so); throws BtfError outside it. */
  string(offset: number): string {
    return this.#strings.at(offset)
  }

  /** One past the last string offset. */
  get stringEnd(): number {
    return this.#strings.end
  }

  /** The parts of the blob as read, for split BTF and for writing it out unchanged. Not to be modified. */
  parts(): BtfParts {
    return {
      label: this.label,
      littleEndian: this.littleEndian,
      base: this.base,
      section: this.#section,
      strings: this.#strings,
    }
  }

  *#named(name: string, kinds: readonly BtfKind[]): Generator<TypeId> {
    for (const index of this.#names.indexesOf(name)) {
      const id = (this.firstId + index) as TypeId
      if (kinds.length === 0 || kinds.some(kind => KIND[kind] === this.kindNumber(id))) yield id
    }
  }

  get #names(): NameLookup {
    this.#lookup ??=
      (this.#search && NameSearch.of(this.#section, this.#strings, this.#search)) ??
      new NameIndex(this.#section, this.#strings)
    return this.#lookup
  }

  #longSize(): 4 | 8 {
    for (const name of LONG_NAMES) {
      const id = this.find(name, "int")
      if (id === undefined) continue
      const size = this.sizeOf(id)
      if (size === 4 || size === 8) return size
    }
    return 8
  }

  #noSuchType(id: number): BtfError {
    if (id === 0) return new BtfError(`${this.label}: type [0] is void, it has no description`)
    return new BtfError(`${this.label}: there is no type [${id}], the last is [${this.count - 1}]`)
  }
}

// The spellings of gcc, clang and pahole.
const LONG_NAMES = ["long", "unsigned long", "long int", "long unsigned int", "unsigned long int"]
