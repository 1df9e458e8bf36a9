import { ObjectError } from "../base/index.ts"
import type { BtfExt, CoreRelocation, FuncInfo, LineInfo } from "../btf/index.ts"
import type { LinkedCode } from "./link.ts"

export interface MovedRecords {
  readonly funcInfo: readonly FuncInfo[]
  readonly lines: readonly LineInfo[]
  readonly coreRelocations: readonly CoreRelocation[]
  readonly problem: string | undefined
}

/** All programs of an object together; see the linker's limit of slots. */
const MOST_RECORDS = 2_000_000

const NONE: MovedRecords = { funcInfo: [], lines: [], coreRelocations: [], problem: undefined }

/** Gives each program the BTF.ext records of its functions, counted from where those functions were placed. */
export class RecordMover {
  readonly #functions: ReadonlyMap<string, readonly FuncInfo[]>
  readonly #lines: ReadonlyMap<string, readonly LineInfo[]>
  readonly #core: ReadonlyMap<string, readonly CoreRelocation[]>
  readonly #absent: boolean
  #records = 0

  constructor(ext: BtfExt | undefined) {
    this.#absent = ext === undefined
    this.#functions = ascending(ext?.functions)
    this.#lines = ascending(ext?.lines)
    this.#core = ascending(ext?.coreRelocations)
  }

  /** As libbpf's `reloc_prog_func_and_line_info`: without records for the entry function there are none at all. */
  move(placed: LinkedCode["placed"]): MovedRecords {
    if (this.#absent) return NONE
    const funcInfo = this.#gather(this.#functions, placed)
    const lines = this.#gather(this.#lines, placed)
    return {
      funcInfo: funcInfo.counts[0] === 0 ? [] : funcInfo.records,
      lines: lines.counts[0] === 0 ? [] : lines.records,
      coreRelocations: this.#gather(this.#core, placed).records,
      problem: missing(placed, funcInfo.counts, "function") ?? missing(placed, lines.counts, "line"),
    }
  }

  #gather<R extends { readonly at: number }>(
    bySection: ReadonlyMap<string, readonly R[]>,
    placed: LinkedCode["placed"],
  ): { records: R[]; counts: number[] } {
    const records: R[] = []
    const counts = placed.map(({ source, start }) => {
      const all = bySection.get(source.section.name) ?? []
      const from = lowerBound(all, source.start)
      const to = lowerBound(all, source.start + source.length)
      this.#records += to - from
      if (this.#records > MOST_RECORDS) {
        throw new ObjectError(
          `the programs of the object have more than ${MOST_RECORDS} debug records in total`,
        )
      }
      for (let i = from; i < to; i++) {
        const record = all[i]!
        records.push({ ...record, at: record.at - source.start + start })
      }
      return to - from
    })
    return { records, counts }
  }
}

function missing(placed: LinkedCode["placed"], counts: readonly number[], what: string): string | undefined {
  const index = counts[0] === 0 ? -1 : counts.indexOf(0)
  return index < 0 ? undefined : `missing .BTF.ext ${what} info of function '${placed[index]!.source.name}'`
}

function ascending<R extends { readonly at: number }>(
  map: ReadonlyMap<string, readonly R[]> | undefined,
): Map<string, readonly R[]> {
  return new Map(Array.from(map ?? [], ([section, list]) => [section, list.toSorted((a, b) => a.at - b.at)]))
}

/** The index of the first record at or after a slot. */
function lowerBound(records: readonly { readonly at: number }[], slot: number): number {
  let low = 0
  let high = records.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (records[middle]!.at < slot) low = middle + 1
    else high = middle
  }
  return low
}
