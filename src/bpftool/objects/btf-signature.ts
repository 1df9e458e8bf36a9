import type { Btf, BtfTypeOf, TypeId } from "../../btf/index.ts"

/**
 * A function as bpftool spells it in front of its code: `int handle(struct xdp_md * ctx)`. Undefined for types that
 * it cannot spell.
 */
export function functionSignature(btf: Btf, id: TypeId): string | undefined {
  try {
    return spell(btf, id)
  } catch (error) {
    if (error instanceof Unspeakable) return undefined
    throw error
  }
}

class Unspeakable extends Error {}

/** Types end in a space, which stands before the name. */
function spell(btf: Btf, id: TypeId): string {
  if (btf.isVoid(id)) return "void "
  const type = btf.type(id)
  switch (type.kind) {
    case "int":
    case "typedef":
    case "float":
      return `${type.name} `
    case "struct":
    case "union":
      return `${type.kind} ${type.name} `
    case "enum":
    case "enum64":
      return `enum ${type.name} `
    case "array":
      return `${spell(btf, type.element)}[${type.length}]`
    case "ptr":
      return `${spell(btf, type.type)}* `
    case "fwd":
      return `${type.aggregate} ${type.name} `
    case "volatile":
    case "const":
    case "restrict":
      return `${type.kind} ${spell(btf, type.type)}`
    case "func_proto":
      return spellFunction(btf, type, "")
    case "func": {
      const prototype = btf.type(type.type)
      if (prototype.kind !== "func_proto") throw new Unspeakable()
      return spellFunction(btf, prototype, type.name)
    }
    case "var":
      return `${type.linkage === "static" ? "static " : ""}${spell(btf, type.type)} ${type.name}`
    case "datasec":
      return `section ("${type.name}") `
    default:
      throw new Unspeakable()
  }
}

function spellFunction(btf: Btf, { returns, params }: BtfTypeOf<"func_proto">, name: string): string {
  const list = params.map(({ name: param, type }) => {
    if (btf.isVoid(type)) return "..."
    const text = spell(btf, type)
    return param === "" ? text.replace(/ $/, "") : `${text}${param}`
  })
  return `${spell(btf, returns)}${name}(${list.join(", ")})`
}
