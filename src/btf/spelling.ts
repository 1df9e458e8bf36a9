import { BtfError } from "../base/index.ts"
import type { Btf } from "./btf.ts"
import { MAX_CHAIN } from "./size.ts"
import type { TypeId } from "./types.ts"

export interface SpellOptions {
  /** How a type that has a name of its own is written ("struct foo", "u64"); undefined takes the name as it is. */
  readonly leaf?: (id: TypeId) => string
  /** Write `__attribute__((btf_type_tag("…")))` where the type has one. */
  readonly tags?: boolean
  /** Write the names of parameters, as this gives them. */
  readonly parameterName?: (name: string) => string
}

/** Parameters of parameters of … that are written out. */
const MAX_NESTING = 16
/** Characters a single declaration may have. */
const MAX_LENGTH = 1 << 20

interface Work {
  readonly options: SpellOptions
  left: number
}

/** The C spelling of a type by itself, as in a cast: "struct task_struct *", "int (*)(void *)". */
export function spellType(btf: Btf, id: TypeId): string {
  return spellDeclaration(btf, id, "")
}

/**
 * The C declaration of a name with a type: "int (*name)(void *)". Functions and variables (`func`, `var`) bring
 * their own name when `name` is "". Throws BtfError for loops and for what grows out of bounds.
 */
export function spellDeclaration(btf: Btf, id: TypeId, name: string, options: SpellOptions = {}): string {
  return declare(btf, id, name, { options, left: MAX_LENGTH }, 0)
}

function declare(btf: Btf, id: TypeId, name: string, work: Work, depth: number): string {
  // A declarator grows from the name outwards while the type is followed inwards.
  let declarator = name
  let qualifiers: string[] = []
  let tags: string[] = []
  let at = id
  for (let hops = 0; hops < MAX_CHAIN; hops++) {
    if (declarator.length > work.left) throw tooLong(btf, id)
    if (btf.isVoid(at)) return join([...qualifiers, "void", ...tags], declarator, work, btf, id)
    const type = btf.type(at)
    switch (type.kind) {
      case "const":
      case "volatile":
      case "restrict":
        if (!qualifiers.includes(type.kind)) qualifiers.push(type.kind)
        at = type.type
        break
      case "type_tag":
        if (work.options.tags) {
          const tag = JSON.stringify(type.name)
          tags.push(
            type.attribute ? `__attribute__((${type.name}))` : `__attribute__((btf_type_tag(${tag})))`,
          )
        }
        at = type.type
        break
      case "ptr": {
        const words = [...qualifiers, ...tags].join(" ")
        declarator = `*${words}${words !== "" && declarator !== "" ? " " : ""}${declarator}`
        qualifiers = []
        tags = []
        at = type.type
        break
      }
      case "array":
        // Qualifiers of an array are those of its elements.
        declarator = `${wrap(declarator)}[${type.length}]`
        at = type.element
        break
      case "func_proto": {
        qualifiers = []
        tags = []
        declarator = `${wrap(declarator)}(${parameters(btf, at, work, depth)})`
        at = type.returns
        break
      }
      case "func":
      case "var":
        if (declarator === "") declarator = type.name
        at = type.type
        break
      case "decl_tag":
        at = type.type
        break
      default:
        return join(
          [...qualifiers.filter(word => word !== "restrict"), leafName(btf, at, work.options), ...tags],
          declarator,
          work,
          btf,
          id,
        )
    }
  }
  throw new BtfError(`${btf.label}: type [${id}] leads through more than ${MAX_CHAIN} references: a loop`)
}

function parameters(btf: Btf, id: TypeId, work: Work, depth: number): string {
  const { params } = btf.typeOf(id, "func_proto")!
  if (params.length === 0) return "void"
  if (depth >= MAX_NESTING) return "..."
  const words: string[] = []
  for (const param of params) {
    const variadic = btf.isVoid(param.type) && param.name === ""
    // Nothing but "..." is a function declared without a prototype.
    if (variadic && params.length === 1) return ""
    const name = param.name === "" ? "" : (work.options.parameterName?.(param.name) ?? "")
    const text = variadic ? "..." : declare(btf, param.type, name, work, depth + 1)
    work.left -= text.length
    if (work.left < 0) throw tooLong(btf, id)
    words.push(text)
  }
  return words.join(", ")
}

function leafName(btf: Btf, id: TypeId, options: SpellOptions): string {
  if (options.leaf) return options.leaf(id)
  const type = btf.type(id)
  const name = type.name === "" ? "(anonymous)" : type.name
  switch (type.kind) {
    case "struct":
    case "union":
      return `${type.kind} ${name}`
    case "enum":
    case "enum64":
      return `enum ${name}`
    case "fwd":
      return `${type.aggregate} ${name}`
    default:
      return name
  }
}

/** Array and function declarators bind tighter than a pointer's star. */
function wrap(declarator: string): string {
  return declarator.startsWith("*") ? `(${declarator})` : declarator
}

function join(words: string[], declarator: string, work: Work, btf: Btf, id: TypeId): string {
  const type = words.join(" ")
  if (type.length + declarator.length > work.left) throw tooLong(btf, id)
  if (declarator === "") return type
  return declarator.startsWith("[") ? type + declarator : `${type} ${declarator}`
}

function tooLong(btf: Btf, id: TypeId): BtfError {
  return new BtfError(`${btf.label}: type [${id}] has a spelling of over ${MAX_LENGTH} characters`)
}
