import { BtfError } from "../base/index.ts"
import type { Btf } from "./btf.ts"
import { type CNames, spellBase } from "./c-names.ts"
import type { BtfType, TypeId } from "./types.ts"

/** What must stand in a C file before a definition. */
export interface Needs {
  /** Types that must be defined (typedefs, enums, records that are used by value). */
  readonly defined: readonly TypeId[]
  /** Structs and unions of which a forward declaration is enough. */
  readonly declared: readonly TypeId[]
}

/** Whether a type has a definition of its own in a C file; others are spelled where they are used. */
export function isEntity(btf: Btf, id: TypeId): boolean {
  const type = btf.type(id)
  switch (type.kind) {
    case "typedef":
      return true
    case "struct":
    case "union":
    case "enum":
    case "enum64":
      return type.name !== ""
    case "int":
    case "float":
      return spellBase(type).named
    default:
      return false
  }
}

/**
 * What the definition of an entity (or the spelling of any other type) needs. Behind a pointer or in a function's
 * parameters a declared struct will do; typedefs and enums must always be there. Anonymous records are written
 * inline, so their members count as those of the entity.
 */
export function needsOf(btf: Btf, names: CNames, root: TypeId, budget: Budget): Needs {
  const defined = new Set<TypeId>()
  const declared = new Set<TypeId>()
  const seen = new Set<number>()
  const queue: { id: TypeId; whole: boolean }[] = []
  const visit = (id: TypeId, whole: boolean): void => {
    const key = id * 2 + Number(whole)
    if (btf.isVoid(id) || seen.has(key)) return
    seen.add(key)
    budget.spend(1)
    queue.push({ id, whole })
  }
  const visitMembers = (id: TypeId): void => {
    const type = btf.type(id)
    if (type.kind !== "struct" && type.kind !== "union") return
    for (const member of type.members) {
      const inlined = member.name === "" ? inlineRecord(btf, member.type) : undefined
      if (inlined === undefined) visit(member.type, true)
      else if (!seen.has(-inlined)) {
        seen.add(-inlined)
        visitMembersLater.push(inlined)
      }
    }
  }
  const visitMembersLater: TypeId[] = []
  const first = btf.type(root)
  if (first.kind === "typedef") visit(first.type, false)
  else if (first.kind === "struct" || first.kind === "union") visitMembers(root)
  else if (!isEntity(btf, root)) visit(root, false)
  for (;;) {
    const inlined = visitMembersLater.pop()
    if (inlined !== undefined) {
      visitMembers(inlined)
      continue
    }
    const next = queue.pop()
    if (!next) break
    const { id, whole } = next
    const type = btf.type(id)
    switch (type.kind) {
      case "typedef":
        defined.add(id)
        if (whole) visit(type.type, true)
        break
      case "struct":
      case "union":
        if (type.name === "") visitMembers(id)
        else if (whole) defined.add(id)
        else declared.add(id)
        break
      case "fwd":
        declared.add(names.definitionOf(id))
        break
      case "enum":
      case "enum64":
      case "int":
      case "float":
        if (isEntity(btf, id)) defined.add(id)
        break
      case "ptr":
        visit(type.type, false)
        break
      case "array":
        visit(type.element, true)
        break
      case "func_proto":
        visit(type.returns, false)
        for (const param of type.params) visit(param.type, false)
        break
      case "const":
      case "volatile":
      case "restrict":
      case "type_tag":
      case "func":
      case "var":
      case "decl_tag":
        visit(type.type, whole)
        break
      case "datasec":
        break
      default:
        throw new Error(`BUG: kind ${(type satisfies never as BtfType).kind}`)
    }
  }
  for (const id of defined) declared.delete(id)
  return { defined: [...defined], declared: [...declared] }
}

/** The record that an unnamed member brings in with its members, whether that has a name itself or not. */
export function inlineRecord(btf: Btf, id: TypeId): TypeId | undefined {
  const inner = btf.resolve(id)
  if (btf.isVoid(inner)) return undefined
  const kind = btf.kindOf(inner)
  return kind === "struct" || kind === "union" ? inner : undefined
}

/** A limit on work or output that hostile type graphs would multiply. */
export class Budget {
  readonly #what: string
  #left: number

  constructor(what: string, left: number) {
    this.#what = what
    this.#left = left
  }

  spend(amount: number): void {
    this.#left -= amount
    if (this.#left < 0) throw new BtfError(this.#what)
  }
}

/** Calls `emit` for each wanted entity after those it needs. Throws BtfError where types contain one another. */
export function inOrder(
  btf: Btf,
  wanted: Iterable<TypeId>,
  needs: (id: TypeId) => Needs,
  emit: (id: TypeId, needs: Needs) => void,
): void {
  const OPEN = 1
  const DONE = 2
  const states = new Uint8Array(btf.count)
  for (const start of wanted) {
    if (states[start] === DONE) continue
    const stack = [{ id: start, needs: needs(start), next: 0 }]
    states[start] = OPEN
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const needed = top.needs.defined[top.next++]
      if (needed === undefined) {
        emit(top.id, top.needs)
        states[top.id] = DONE
        stack.pop()
      } else if (states[needed] === OPEN) {
        throw new BtfError(
          `${btf.label}: type [${needed}] (${btf.nameOf(needed)}) needs its own definition through [${top.id}]: C cannot say that`,
        )
      } else if (states[needed] !== DONE) {
        states[needed] = OPEN
        stack.push({ id: needed, needs: needs(needed), next: 0 })
      }
    }
  }
}
