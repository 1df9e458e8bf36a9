import type { Btf } from "../btf.ts"
import type { BtfKind, TypeId } from "../types.ts"
import { essentialName } from "./essential-name.ts"

/**
 * The types of the kernel that a program meets: one BTF, or the kernel's with those of its modules, which are split
 * BTF on top of it. Modules are looked at only for what the kernel itself has no type of that name for.
 */
export type CoreTarget = Btf | { readonly vmlinux: Btf; readonly modules: readonly Btf[] }

/** A type of the target that a local type may stand for. */
export interface CoreCandidate {
  readonly btf: Btf
  readonly id: TypeId
}

/** The types of a name and kind, flavours included, by module and then by id (libbpf's `bpf_core_find_cands`). */
export function findCandidates(target: CoreTarget, name: string, kind: BtfKind): CoreCandidate[] {
  if (!("vmlinux" in target)) return candidatesOf(target, name, kind, 1)
  const own = candidatesOf(target.vmlinux, name, kind, 1)
  if (own.length > 0) return own
  return target.modules.flatMap(module => candidatesOf(module, name, kind, module.firstId))
}

function candidatesOf(btf: Btf, name: string, kind: BtfKind, firstId: number): CoreCandidate[] {
  const essential = essentialName(name)
  const kinds: BtfKind[] = kind === "enum" || kind === "enum64" ? ["enum", "enum64"] : [kind]
  // Stripping twice may strip more: "a___b" is a flavour of "a", so it is none of "a___b___c".
  const plain = essentialName(essential) === essential ? btf.findAll(essential, ...kinds) : []
  const ids = new Set(plain)
  for (let part: Btf | undefined = btf; part; part = part.base) {
    for (const id of part.flavoursOf(essential)) {
      if (kinds.some(wanted => wanted === btf.kindOf(id))) ids.add(id)
    }
  }
  return [...ids]
    .filter(id => id >= firstId)
    .sort((a, b) => a - b)
    .map(id => ({ btf, id }))
}
