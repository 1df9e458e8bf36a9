import type { BtfType, TypeId } from "./types.ts"

/** The ids a type refers to, in order, with repetitions; VOID included. */
export function referencesOf(type: BtfType): TypeId[] {
  const ids: TypeId[] = []
  mapReferences(type, id => {
    ids.push(id)
    return id
  })
  return ids
}

/** The same type with every id it refers to replaced. */
export function mapReferences(type: BtfType, map: (id: TypeId) => TypeId): BtfType {
  switch (type.kind) {
    case "int":
    case "float":
    case "fwd":
    case "enum":
    case "enum64":
      return type
    case "ptr":
    case "typedef":
    case "const":
    case "volatile":
    case "restrict":
    case "func":
    case "var":
    case "decl_tag":
    case "type_tag":
      return { ...type, type: map(type.type) }
    case "array":
      return { ...type, element: map(type.element), index: map(type.index) }
    case "struct":
    case "union":
      return { ...type, members: type.members.map(member => ({ ...member, type: map(member.type) })) }
    case "func_proto":
      return {
        ...type,
        returns: map(type.returns),
        params: type.params.map(param => ({ ...param, type: map(param.type) })),
      }
    case "datasec":
      return {
        ...type,
        variables: type.variables.map(variable => ({ ...variable, type: map(variable.type) })),
      }
    default:
      return type satisfies never
  }
}
