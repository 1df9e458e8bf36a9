import { distance } from "fastest-levenshtein"

/** The names closest to a mistyped one, best first: for "did you mean" hints. At most `count`, none that is too far. */
export function nearestNames(name: string, candidates: Iterable<string>, count = 3): string[] {
  const limit = Math.max(2, Math.ceil(name.length * 0.4))
  const scored: { candidate: string; score: number }[] = []
  for (const candidate of candidates) {
    const contained = name.length >= 4 && candidate.includes(name)
    const score = contained ? (candidate.length - name.length) / candidate.length : distance(name, candidate)
    if (score <= limit) scored.push({ candidate, score })
  }
  scored.sort((a, b) => a.score - b.score || (a.candidate < b.candidate ? -1 : 1))
  return scored.slice(0, count).map(entry => entry.candidate)
}

/** `" did you mean a, b or c?"`-style text, or undefined when nothing is near. */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const names = nearestNames(name, candidates)
  if (names.length === 0) return undefined
  const last = names.pop()
  return names.length === 0 ? `did you mean ${last}?` : `did you mean ${names.join(", ")} or ${last}?`
}
