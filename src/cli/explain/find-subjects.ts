import {
  type AttachTypeRow,
  attachType,
  type HelperRow,
  helper,
  type KfuncRow,
  kfunc,
  type LinkTypeRow,
  linkType,
  type MapTypeRow,
  mapType,
  matchSection,
  type ProgramTypeRow,
  programType,
  type SectionMatch,
} from "../../catalog/index.ts"
import type { SubjectKind } from "./explanation.ts"

/** Something of the catalogue that has a name. */
export type Subject =
  | { readonly kind: "program type"; readonly row: ProgramTypeRow }
  | { readonly kind: "section"; readonly name: string; readonly match: SectionMatch }
  | { readonly kind: "attach type"; readonly row: AttachTypeRow }
  | { readonly kind: "map type"; readonly row: MapTypeRow }
  | { readonly kind: "link type"; readonly row: LinkTypeRow }
  | { readonly kind: "helper"; readonly row: HelperRow }
  | { readonly kind: "kfunc"; readonly row: KfuncRow }

/**
 * Everything that a name means, the most telling first: "xdp" is a program type, a section, an attach type and a
 * link type. Names of the headers count in either case; a helper may lack its "bpf_", an attach type its family.
 */
export function findSubjects(name: string): Subject[] {
  const subjects: Subject[] = []
  const add = <Kind extends SubjectKind, Row>(kind: Kind, row: Row | undefined): void => {
    if (row !== undefined) subjects.push({ kind, row } as unknown as Subject)
  }
  add("program type", programType(name))
  const match = matchSection(name)
  if (match) subjects.push({ kind: "section", name, match })
  add("attach type", attachType(name))
  add("map type", mapType(name))
  add("link type", linkType(name))
  add("helper", helper(name))
  add("kfunc", kfunc(name))
  return subjects
}
