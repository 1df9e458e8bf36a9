import type { AttachPoint } from "../../kernel/index.ts"
import type { Attached } from "./attached.ts"

/**
 * One attachment made of several: one a CPU, or one a place. Either all are made or none; the parts end together. The
 * result is a BPF link only when there is one part.
 */
export function combine<Place>(
  point: AttachPoint,
  places: readonly Place[],
  attach: (place: Place) => Attached,
): Attached {
  const parts: Attached[] = []
  const removeAll = (): void => {
    for (const part of parts) part.remove()
  }
  try {
    for (const place of places) parts.push(attach(place))
  } catch (error) {
    removeAll()
    throw error
  }
  const [only] = parts
  if (only && parts.length === 1) return { ...only, point }
  return { point, fd: undefined, isLink: false, remove: removeAll }
}
