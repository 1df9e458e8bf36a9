import { ADDED_CONSTANT } from "./register.ts"

/** Which id of an old state stands for which id of the current one; one comparison long. */
export interface IdMap {
  readonly old: number[]
  readonly current: number[]
  temporary: number
  /** Whether every number counts as needed exactly: of programs whose precision is not tracked. */
  readonly allPrecise: boolean
  /** Whether any difference of numbers matters, needed exactly or not. */
  everyNumber: boolean
}

export function newIdMap(allPrecise = false): IdMap {
  return { old: [], current: [], temporary: 0, allPrecise, everyNumber: false }
}

export function resetIdMap(map: IdMap, lastId: number): void {
  map.old.length = 0
  map.current.length = 0
  map.temporary = lastId
}

/** Whether the two ids can stand for each other: a bijection, and 0 only for 0. */
export function idsMatch(map: IdMap, old: number, current: number): boolean {
  if (old === 0 || current === 0) return old === current
  for (let index = 0; index < map.old.length; index++) {
    if (map.old[index] === old) return map.current[index] === current
    if (map.current[index] === current) return false
  }
  map.old.push(old)
  map.current.push(current)
  return true
}

/**
 * Of numbers. An old one without id was linked to nothing: any link of the current one only says more. A current one
 * without id is like one with an id that nothing else has. Of numbers some distance apart, what they are counted from
 * must fit too.
 */
export function scalarIdsMatch(map: IdMap, old: number, current: number): boolean {
  if (old === 0) return true
  const other = current === 0 ? ++map.temporary : current
  if (!idsMatch(map, old, other)) return false
  return !(old & ADDED_CONSTANT) || idsMatch(map, old & ~ADDED_CONSTANT, other & ~ADDED_CONSTANT)
}
