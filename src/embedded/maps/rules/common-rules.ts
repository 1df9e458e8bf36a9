import { hasFlag } from "../flags.ts"
import { isTypeKnown } from "./index.ts"
import { type Creation, invalid, type Rule } from "./rule.ts"

/** What BPF_MAP_CREATE looks at before it asks the map type (map_create). */
export function commonRules(creation: Creation): Rule[] {
  const { attributes, type } = creation
  const { flags, extra, types, numaNode = 0 } = attributes
  const takesExtra = type === "bloom_filter" || type === "arena"
  const isOnNode = hasFlag(flags, "NUMA_NODE")
  return [
    invalid(
      !types?.kernelValue || (type === "struct_ops" && !types.key && !types.value),
      "a kernel type for the value is for struct_ops, and goes with no BTF types for key and value",
    ),
    invalid(!types?.key || types.value !== 0, "a BTF type for the key needs one for the value"),
    invalid(takesExtra || extra === 0n, `map_extra means nothing to a ${type} and must be 0, not ${extra}`),
    invalid(
      !(hasFlag(flags, "RDONLY") && hasFlag(flags, "WRONLY")),
      "BPF_F_RDONLY and BPF_F_WRONLY exclude each other",
    ),
    invalid(!isOnNode || numaNode === 0, `there is no memory node ${numaNode}: the model has one, 0`),
    invalid(isTypeKnown(creation), `this kernel has no ${type} maps`),
  ]
}

/** Maps that live in a network card. */
export function deviceRule({ attributes, type }: Creation): Rule {
  const isLocal = (attributes.device ?? 0) === 0
  return {
    holds: isLocal,
    errno: type === "array" || type === "hash" ? "EOPNOTSUPP" : "EINVAL",
    text: `device ${attributes.device} cannot hold it`,
  }
}
