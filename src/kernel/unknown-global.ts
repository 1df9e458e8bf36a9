import { didYouMean, MapError } from "../base/index.ts"
import type { ObjectSpec } from "../object/index.ts"

/** A variable that an object does not have, to be set before the load or to be assigned later. */
export function unknownGlobal(
  { name: object }: ObjectSpec,
  name: string,
  known: readonly string[],
): MapError {
  return new MapError(`object ${object} has no global variable '${name}' (ENOENT)`, {
    errno: "ENOENT",
    hint: didYouMean(name, known) ?? `its globals: ${known.join(", ")}`,
  })
}
