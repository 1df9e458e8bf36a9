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
    for (const id of flavoursIn(part).get(essential) ?? []) {
      if (kinds.some(wanted => wanted === btf.kindOf(id))) ids.add(id)
    }
  }
  return [...ids]
    .filter(id => id >= firstId)
    .sort((a, b) => a - b)
    .map(id => ({ btf, id }))
}

type FlavourIndex = ReadonlyMap<string, readonly TypeId[]>

const flavourIndexes = new WeakMap<Btf, FlavourIndex>()

/** The types of one blob (its base aside) whose names have a flavour, by essential name. */
function flavoursIn(btf: Btf): FlavourIndex {
  let index = flavourIndexes.get(btf)
  if (!index) {
    index = indexFlavours(btf)
    flavourIndexes.set(btf, index)
  }
  return index
}

function indexFlavours(btf: Btf): FlavourIndex {
  const { section, strings } = btf.parts()
  const index = new Map<string, TypeId[]>()
  const reaches = [separators(strings.raw(), strings.start)]
  for (let base = strings.base; base; base = base.base) reaches.push(separators(base.raw(), base.start))
  section.starts.forEach((start, at) => {
    const offset = section.words[start]!
    if (offset === 0 || !reaches.some(reach => hasSeparator(reach, offset))) return
    const name = strings.at(offset)
    const essential = essentialName(name)
    if (essential === name) return
    const id = (btf.firstId + at) as TypeId
    const known = index.get(essential)
    if (known) known.push(id)
    else index.set(essential, [id])
  })
  return index
}

/** Offsets [from, to] of the starts of strings that run through a `___`, ascending, without decoding any string. */
interface Reach {
  readonly from: number[]
  readonly to: number[]
}

function separators(bytes: Uint8Array, start: number): Reach {
  const reach: Reach = { from: [], to: [] }
  const underscore = 0x5f
  let begin = 0
  let run = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!
    if (byte === 0) begin = at + 1
    run = byte === underscore ? run + 1 : 0
    if (run !== 3) continue
    // A string cannot start at the separator itself: something must stand before it.
    reach.from.push(start + begin)
    reach.to.push(start + at - 3)
  }
  return reach
}

function hasSeparator(reach: Reach, offset: number): boolean {
  let low = 0
  let high = reach.to.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (reach.to[middle]! < offset) low = middle + 1
    else high = middle
  }
  return low < reach.to.length && reach.from[low]! <= offset
}
