import { ATTACH_TYPES, type AttachTypeRow } from "./attach-types.ts"
import { LINK_TYPES, type LinkTypeRow } from "./link-types.ts"
import { MAP_TYPES, type MapTypeRow } from "./map-types.ts"
import { PROGRAM_TYPES, type ProgramTypeRow } from "./program-types.ts"

interface Named {
  readonly name: string
  readonly abi: string
  readonly number: number
}

/** The row of a program type by short name, ABI name (either case) or number. */
export function programType(key: string | number): ProgramTypeRow | undefined {
  return find<ProgramTypeRow>(PROGRAM_TYPES, key)
}

export function attachType(key: string | number): AttachTypeRow | undefined {
  return find<AttachTypeRow>(ATTACH_TYPES, key)
}

export function mapType(key: string | number): MapTypeRow | undefined {
  const row = find<MapTypeRow>(MAP_TYPES, key)
  return row ?? MAP_TYPES.find(row => (row.aliases as readonly string[]).includes(String(key).toUpperCase()))
}

export function linkType(key: string | number): LinkTypeRow | undefined {
  return find<LinkTypeRow>(LINK_TYPES, key)
}

function find<Row extends Named>(rows: readonly Row[], key: string | number): Row | undefined {
  if (typeof key === "number") return rows.find(row => row.number === key)
  const lower = key.toLowerCase()
  return rows.find(row => row.name === lower || row.abi.toLowerCase() === lower)
}
