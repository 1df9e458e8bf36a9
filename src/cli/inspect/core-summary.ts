import type { Btf, CoreKind, CoreRelocation, TypeId } from "../../btf/index.ts"
import type { ProgramSpec } from "../../object/index.ts"

/** The CO-RE relocations of one kind against one type. */
export interface CoreUse {
  /** Spelled in C: "struct task_struct". */
  readonly type: string
  readonly kind: CoreKind
  /** Fields or enumerators, "mm.task_size"; empty for relocations of the type itself. */
  readonly what: readonly string[]
  /** Records, counted in every program that has them. */
  readonly count: number
}

/** What the programs ask about the kernel's types, by type and kind. */
export function summarizeCore(programs: readonly ProgramSpec[], btf: Btf): CoreUse[] {
  const uses = new Map<string, { type: TypeId; kind: CoreKind; what: Set<string>; count: number }>()
  for (const record of programs.flatMap(program => program.coreRelocations)) {
    const key = `${record.type} ${record.kind}`
    const use = uses.get(key) ?? { type: record.type, kind: record.kind, what: new Set(), count: 0 }
    uses.set(key, use)
    use.count++
    if (!record.kind.startsWith("type_")) use.what.add(accessPath(btf, record))
  }
  return [...uses.values()]
    .map(({ type, kind, what, count }) => ({ type: btf.nameOf(type), kind, what: [...what].sort(), count }))
    .sort((a, b) => compare(a.type, b.type) || compare(a.kind, b.kind))
}

/** "0:2:0" of struct task_struct as "mm.task_size"; what cannot be followed stays as it is. */
function accessPath(btf: Btf, { type, access }: CoreRelocation): string {
  const [base, ...indexes] = access.split(":").map(Number)
  let path = ""
  let at = btf.resolve(type)
  const steps = btf.kindOf(at).startsWith("enum") ? [base ?? 0] : indexes
  for (const index of steps) {
    const container = btf.isVoid(at) ? undefined : btf.type(at)
    if (container?.kind === "struct" || container?.kind === "union") {
      const member = container.members[index]
      if (!member) return access
      if (member.name) path += path ? `.${member.name}` : member.name
      at = btf.resolve(member.type)
    } else if (container?.kind === "array") {
      path += `[${index}]`
      at = btf.resolve(container.element)
    } else if (container?.kind === "enum" || container?.kind === "enum64") {
      return container.values[index]?.name ?? access
    } else return access
  }
  return path || access
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
