import { AttachError, nearestNames } from "../../base/index.ts"

/** Nothing has this name (ENODEV); `names` are those that are there. */
export function noInterface(name: string, names: readonly string[]): AttachError {
  const nearest = nearestNames(name, names)
  return new AttachError(`no network interface is named '${name}' (ENODEV)`, {
    errno: "ENODEV",
    hint: `there ${names.length === 1 ? "is" : "are"} ${(nearest.length > 0 ? nearest : names).join(", ")}`,
  })
}
