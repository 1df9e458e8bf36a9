import { RelocationError } from "../../base/index.ts"

/** Most steps of one access; libbpf's limit. */
export const MAX_ACCESS_LENGTH = 64

const LARGEST_INDEX = 0x7fffffff

/**
 * The indexes of an access string: "0:1:2" is [0, 1, 2]. The first one is the element when the pointer is taken for
 * an array, each other one a member or an element of what the one before leads to. Throws RelocationError.
 */
export function parseAccess(text: string): number[] {
  if (!/^\d+(:\d+)*$/.test(text)) {
    throw new RelocationError(`access ${JSON.stringify(text)} is not a list of indexes such as "0:1:2"`)
  }
  const indexes = text.split(":", MAX_ACCESS_LENGTH + 1).map(Number)
  if (indexes.length > MAX_ACCESS_LENGTH) {
    throw new RelocationError(`access "${text.slice(0, 40)}…" has more than ${MAX_ACCESS_LENGTH} steps`)
  }
  const wild = indexes.find(index => index > LARGEST_INDEX)
  if (wild !== undefined)
    throw new RelocationError(`access "${text}": index ${wild} exceeds ${LARGEST_INDEX}`)
  return indexes
}
