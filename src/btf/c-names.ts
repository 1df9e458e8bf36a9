import type { Btf } from "./btf.ts"
import type { BtfTypeOf, TypeId } from "./types.ts"

/** Words of which C spells its arithmetic types: a base type named with these alone needs no typedef. */
const BASE_WORDS = new Set("char short int long signed unsigned _Bool __int128 float double".split(" "))

const KEYWORDS = new Set(
  (
    "auto break case char const continue default do double else enum extern float for goto if inline int long register " +
    "restrict return short signed sizeof static struct switch typedef union unsigned void volatile while " +
    "_Alignas _Alignof _Atomic _Bool _Complex _Generic _Imaginary _Noreturn _Static_assert _Thread_local " +
    "asm typeof __attribute__ __int128"
  ).split(" "),
)

/** What clang declares before the first line. */
const PREDECLARED = ["__builtin_va_list", "__builtin_ms_va_list", "__NSConstantString"]

/**
 * The names of one C file. Types that share a name get `___2`, `___3` … (which CO-RE takes off again); tags of
 * structs, unions and enums are one name space, typedefs, enumerators and functions another. What C cannot spell
 * is replaced by underscores.
 */
export class CNames {
  readonly #btf: Btf
  readonly #tags = new NameSpace([])
  readonly #ordinary = new NameSpace(PREDECLARED)
  readonly #tagOf = new Map<TypeId, string>()
  readonly #ordinaryOf = new Map<TypeId, string>()

  constructor(btf: Btf) {
    this.#btf = btf
  }

  /** "struct foo", "union foo", "enum foo" of a named type or a forward declaration. */
  tagged(id: TypeId): string {
    const type = this.#btf.type(id)
    const word = type.kind === "fwd" ? type.aggregate : type.kind === "enum64" ? "enum" : type.kind
    return `${word} ${this.tag(id)}`
  }

  tag(id: TypeId): string {
    const known = this.#tagOf.get(id)
    if (known !== undefined) return known
    const definition = this.definitionOf(id)
    const tag = definition === id ? this.#tags.take(this.#btf.type(id).name) : this.tag(definition)
    this.#tagOf.set(id, tag)
    return tag
  }

  /** The struct or union that a forward declaration stands for, if there is one; any other id itself. */
  definitionOf(id: TypeId): TypeId {
    const type = this.#btf.type(id)
    if (type.kind !== "fwd") return id
    return (
      this.#btf.find(type.name, type.aggregate) ??
      this.#btf.findAll(type.name, "fwd").find(other => {
        const forward = this.#btf.typeOf(other, "fwd")
        return forward?.aggregate === type.aggregate
      }) ??
      id
    )
  }

  /** The name of a typedef or of a base type that needs one. */
  typeName(id: TypeId): string {
    const known = this.#ordinaryOf.get(id)
    if (known !== undefined) return known
    const type = this.#btf.type(id)
    const taken = this.#ordinary.take(type.name)
    this.#ordinaryOf.set(id, taken)
    return taken
  }

  /** A fresh name for an enumerator or function. */
  ordinary(name: string): string {
    return this.#ordinary.take(name)
  }
}

class NameSpace {
  readonly #used: Set<string>
  readonly #counts = new Map<string, number>()

  constructor(reserved: readonly string[]) {
    this.#used = new Set(reserved)
  }

  take(name: string): string {
    const wanted = identifier(name)
    let result = wanted
    let count = this.#counts.get(wanted) ?? 1
    while (this.#used.has(result)) result = `${wanted}___${++count}`
    this.#counts.set(wanted, count)
    this.#used.add(result)
    return result
  }
}

/** The name as a C identifier that is no keyword. */
export function identifier(name: string): string {
  const clean = name.replace(/[^\w$]/g, "_").replace(/^(?=\d|$)/, "_")
  return KEYWORDS.has(clean) ? `${clean}_` : clean
}

/**
 * How C spells a base type: its own name when that is C and means this size on a 64-bit target, else a type of
 * the same size (which a typedef then gives the name, when `named`).
 */
export function spellBase(type: BtfTypeOf<"int"> | BtfTypeOf<"float">): { text: string; named: boolean } {
  const words = type.name.split(" ")
  const isC = words.every(word => BASE_WORDS.has(word))
  if (isC && sizeOfWords(words) === type.size) return { text: type.name, named: false }
  return { text: substitute(type), named: !isC && type.name !== "" }
}

function sizeOfWords(words: readonly string[]): number {
  if (words.includes("__int128")) return 16
  if (words.includes("char") || words.includes("_Bool")) return 1
  if (words.includes("short")) return 2
  if (words.includes("float")) return 4
  if (words.includes("double")) return words.includes("long") ? 16 : 8
  return words.includes("long") ? 8 : 4
}

function substitute(type: BtfTypeOf<"int"> | BtfTypeOf<"float">): string {
  if (type.kind === "float") {
    if (type.size === 4) return "float"
    return type.size === 8 ? "double" : `struct { unsigned char bytes[${type.size}]; }`
  }
  if (type.encoding === "bool" && type.size === 1) return "_Bool"
  const sign = type.encoding === "signed" ? "signed" : "unsigned"
  const word = { 1: "char", 2: "short", 4: "int", 8: "long long", 16: "__int128" }[type.size]
  return word ? `${sign} ${word}` : `struct { unsigned char bytes[${type.size}]; }`
}
