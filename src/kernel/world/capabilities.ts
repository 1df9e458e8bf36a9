import { didYouMean, UsageError } from "../../base/index.ts"
import { CAPABILITY_NUMBERS } from "../../catalog/index.ts"

const KNOWN = Object.keys(CAPABILITY_NUMBERS)

/** Throws UsageError (EINVAL) for a name that is none of a capability that BPF asks for. */
export function requireCapabilities(names: readonly string[]): void {
  for (const name of names)
    if (!KNOWN.includes(name))
      throw new UsageError(`'${name}' is no capability that BPF asks for (EINVAL)`, {
        errno: "EINVAL",
        hint: didYouMean(name, KNOWN) ?? `there are ${KNOWN.join(", ")}`,
      })
}
