import { ARENA_PAGE } from "../../engine/index.ts"
import { ArgumentRefusal, mapArgument, word } from "../helpers/argument.ts"
import type { HelperFunction, HelperKernel, HelperTable } from "../helpers/helper.ts"
import { ArenaMap } from "../maps/references/arena-map.ts"
import type { ArenaPages } from "../maps/references/arena-pages.ts"

/** Any memory node (NUMA_NO_NODE); the model has one, number 0. */
const ANY_NODE = -1

/** The pages of the arena that an argument names; undefined when it is another map. */
function pagesArgument(kernel: HelperKernel, map: bigint): ArenaPages | undefined {
  const storage = mapArgument(kernel, map)
  return storage instanceof ArenaMap ? storage.pages : undefined
}

/** How far an address is from the first page: only its low half counts. */
function distance(pages: ArenaPages, address: bigint): number {
  return Number(BigInt.asUintN(32, address - pages.user))
}

const allocate: HelperFunction = (kernel, [map, address, count, node, flags]) => {
  const pages = pagesArgument(kernel, map)
  const wanted = word(count)
  if (!pages || flags !== 0n || wanted === 0 || wanted > pages.count) return 0
  let first: number | undefined
  if (address !== 0n) {
    if (address % BigInt(ARENA_PAGE) !== 0n) return 0
    first = distance(pages, address) / ARENA_PAGE
    if (first > pages.count - wanted) return 0
  }
  const onNode = word(node) | 0
  if (onNode !== ANY_NODE && onNode !== 0)
    throw new ArgumentRefusal(`there is no memory node ${onNode}, and Linux would go astray looking for it`)
  const page = pages.allocate(first, wanted)
  return page === undefined ? 0 : pages.user + BigInt(page * ARENA_PAGE)
}

/** Frees what of the pages is in the arena. */
const free: HelperFunction = (kernel, [map, address, count]) => {
  const pages = pagesArgument(kernel, map)
  if (!pages || word(count) === 0 || address === 0n) return 0
  const first = Math.floor(distance(pages, address) / ARENA_PAGE)
  const end = Math.min(first + word(count), pages.count)
  if (first < end) pages.free(first, end - first)
  return 0
}

/** Pages of arenas. */
export const ARENA_KFUNCS: HelperTable = {
  bpf_arena_alloc_pages: allocate,
  bpf_arena_free_pages: free,
}
