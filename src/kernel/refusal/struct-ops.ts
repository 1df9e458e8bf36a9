import { type Errno, errnoName, errorText, MapError } from "../../base/index.ts"
import type { MapSpec } from "../../object/index.ts"

/** A struct_ops map that the kernel does not register or attach. */
export function structOpsRefusal(spec: MapSpec, action: string, number: number): MapError {
  const errno: Errno | undefined = errnoName(number)
  return new MapError(
    `map '${spec.name}': cannot ${action}: ${errorText(number)}${errno ? ` (${errno})` : ""}`,
    {
      ...(errno && { errno }),
      hint:
        errno === "EEXIST"
          ? "something of this name is registered already"
          : `the kernel checks the members of struct ${spec.structOps?.typeName ?? ""}: some must be set`,
    },
  )
}
