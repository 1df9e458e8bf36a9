import { formatTnum, formatTnumPair, type Tnum } from "../domain/index.ts"
import type { ReleaseRules } from "../release-rules.ts"

/** Known bits as the release prints them. */
export function tnumText({ rules }: { readonly rules: ReleaseRules }, bits: Tnum): string {
  return rules.plainConstants ? formatTnum(bits) : formatTnumPair(bits)
}
