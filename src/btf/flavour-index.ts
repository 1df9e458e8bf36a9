import { essentialName } from "./core/essential-name.ts"
import type { StringTable } from "./strings.ts"
import type { TypeSection } from "./type-section.ts"

/** The types whose names have a flavour, by essential name: indexes, ascending. */
export function indexFlavours(section: TypeSection, strings: StringTable): ReadonlyMap<string, number[]> {
  const index = new Map<string, number[]>()
  const reaches = [separators(strings.raw(), strings.start)]
  for (let base = strings.base; base; base = base.base) reaches.push(separators(base.raw(), base.start))
  section.starts.forEach((start, at) => {
    const offset = section.words[start]!
    if (offset === 0 || !reaches.some(reach => hasSeparator(reach, offset))) return
    const name = strings.at(offset)
    const essential = essentialName(name)
    if (essential === name) return
    const known = index.get(essential)
    if (known) known.push(at)
    else index.set(essential, [at])
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
