/** A kernel release family as text: "6.10" is not "6.1", so it is never a number. */
export type Release = string

/** Negative when `a` is older than `b`, 0 when equal, positive when newer. Parts compare as integers. */
export function compareReleases(a: Release, b: Release): number {
  const left = a.split(".").map(Number)
  const right = b.split(".").map(Number)
  for (let part = 0; part < Math.max(left.length, right.length); part++) {
    const difference = (left[part] ?? 0) - (right[part] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** True when something that came with `since` is there in `release`; what has no release yet is in none. */
export function isSince(since: Release | undefined, release: Release): boolean {
  return since !== undefined && compareReleases(release, since) >= 0
}
