import { AttachError, nearestNames } from "../../base/index.ts"

/** An interface that is not there; `names` are those that are. */
export function noInterface(name: string, names: readonly string[]): AttachError {
  const nearest = nearestNames(name, names)
  return new AttachError(`no network interface is named '${name}' (ENODEV)`, {
    errno: "ENODEV",
    hint: `there ${names.length === 1 ? "is" : "are"} ${(nearest.length > 0 ? nearest : names).join(", ")}`,
  })
}
