import type { Errno } from "../../../base/index.ts"
import { type Btf, type TypeId, VOID } from "../../../btf/index.ts"
import type { MapTypeName } from "../../../catalog/index.ts"
import type { FieldKind } from "../../fields/index.ts"
import { hasFlag } from "../flags.ts"
import { isType } from "../with-layout.ts"
import { type Creation, invalid, type Rule } from "./rule.ts"

/** What a map type asks of the BTF types of key and value. */
type TypeCheck = "any" | "none" | "index" | "prefix" | "no key" | "id" | "cgroup"

/** The maps whose values may hold a field (map_check_btf), and what C calls it. */
const HOLDERS: Readonly<
  Partial<Record<FieldKind, readonly [struct: string, holders: readonly MapTypeName[]]>>
> = {
  spinLock: [
    "bpf_spin_lock",
    [
      ...(["hash", "array", "cgroup_storage", "sk_storage", "inode_storage"] as const),
      ...(["task_storage", "cgrp_storage"] as const),
    ],
  ],
  timer: ["bpf_timer", ["hash", "lru_hash", "array"]],
  workqueue: ["bpf_wq", ["hash", "lru_hash", "array"]],
  listHead: ["bpf_list_head", ["hash", "lru_hash", "array"]],
  treeRoot: ["bpf_rb_root", ["hash", "lru_hash", "array"]],
}
/** Then all fields got one check; before, a lock in the wrong map was ENOTSUPP. */
const ONE_CHECK_SINCE = "6.2"
/** Hash tables look at the types of their keys themselves. Seen in 6.12.117, not in 6.1.192. */
const HASH_CHECK_SINCE = "6.12"

/** What BPF_MAP_CREATE asks of BTF types, after the map has been made (map_check_btf). */
export function* typeRules(creation: Creation): Generator<Rule> {
  const { types } = creation.attributes
  if (!types || (types.key === VOID && types.value === VOID && !types.kernelValue)) return
  const { btf, key, value } = types
  yield { holds: btf !== undefined, errno: "EBADF", text: "there is no such BTF object" }
  if (!btf || value === VOID) return
  yield* sizeRules(creation, btf, key, value)
  yield* fieldRules(creation)
  yield* ownTypeRules(creation, btf, key, value)
}

function* sizeRules(
  { attributes, type, host }: Creation,
  btf: Btf,
  key: TypeId,
  value: TypeId,
): Generator<Rule> {
  const { keySize, valueSize } = attributes
  if (key === VOID)
    yield invalid(
      checkOf(type) !== "any" || (isHash(type) && host.since(HASH_CHECK_SINCE)),
      "it needs a BTF type for the key",
    )
  else yield invalid(sizeOf(btf, key) === keySize, `BTF type ${key} does not have the key's ${keySize} bytes`)
  yield invalid(
    sizeOf(btf, value) === valueSize,
    `BTF type ${value} does not have the value's ${valueSize} bytes`,
  )
}

function* fieldRules({ attributes, type, host }: Creation): Generator<Rule> {
  const { flags } = attributes
  const fields = attributes.layout?.fields ?? []
  const isRestricted = hasFlag(flags, "RDONLY_PROG") || hasFlag(flags, "WRONLY_PROG")
  yield {
    holds: fields.length === 0 || !isRestricted,
    errno: "EACCES",
    text: "a value with a lock or timer needs a map that programs read and write",
  }
  for (const { kind } of fields) {
    const [struct, holders] = HOLDERS[kind] ?? []
    yield {
      holds: holders?.includes(type) ?? true,
      errno: refusalOf(kind, host.since(ONE_CHECK_SINCE)),
      text: `a ${type} cannot hold a ${struct}`,
    }
  }
}

function refusalOf(field: FieldKind, isOneCheck: boolean): Errno {
  return field === "spinLock" && !isOneCheck ? "ENOTSUPP" : "EOPNOTSUPP"
}

function* ownTypeRules(creation: Creation, btf: Btf, key: TypeId, value: TypeId): Generator<Rule> {
  const { attributes, type } = creation
  switch (checkOf(type)) {
    case "none":
      yield { holds: false, errno: "ENOTSUPP", text: `a ${type} takes no BTF types` }
      break
    case "index": {
      const isSection = type === "array" && attributes.maxEntries === 1 && btf.kindOf(value) === "datasec"
      yield invalid(
        key === VOID ? isSection : isInteger(btf, key, 32),
        "an index is an integer of 32 bits; only the one value of a data section has none",
      )
      break
    }
    case "prefix":
      yield invalid(btf.kindOf(btf.resolve(key)) === "struct", "a key is a struct bpf_lpm_trie_key")
      break
    case "no key":
      yield invalid(key === VOID, "a bloom filter has no key")
      break
    case "id":
      yield invalid(isInteger(btf, key, 32), "a key is an integer of 32 bits")
      break
    case "cgroup":
      yield invalid(isCgroupKey(btf, key, attributes.keySize), "a key is a struct bpf_cgroup_storage_key")
      break
    case "any":
      yield invalid(key !== VOID, "it needs a BTF type for the key")
      break
  }
}

function checkOf(type: MapTypeName): TypeCheck {
  switch (type) {
    case "array":
    case "percpu_array":
      return "index"
    case "lpm_trie":
      return "prefix"
    case "bloom_filter":
      return "no key"
    case "sk_storage":
    case "task_storage":
    case "inode_storage":
    case "cgrp_storage":
      return "id"
    case "cgroup_storage":
    case "percpu_cgroup_storage":
      return "cgroup"
    case "perf_event_array":
    case "cgroup_array":
    case "stack_trace":
    case "array_of_maps":
    case "hash_of_maps":
    case "devmap":
    case "devmap_hash":
    case "cpumap":
    case "xskmap":
    case "sockmap":
    case "sockhash":
      return "none"
    default:
      return "any"
  }
}

function isHash(type: MapTypeName): boolean {
  return type === "hash" || type === "percpu_hash" || type === "lru_hash" || type === "lru_percpu_hash"
}

function sizeOf(btf: Btf, id: TypeId): number | undefined {
  if (!isType(btf, id)) return undefined
  const kind = btf.kindOf(btf.resolve(id))
  const hasSize = kind !== "void" && kind !== "func" && kind !== "func_proto" && kind !== "fwd"
  return hasSize ? btf.sizeOf(id) : undefined
}

function isInteger(btf: Btf, id: TypeId, bits: number): boolean {
  const type = id === VOID ? undefined : btf.typeOf(btf.resolve(id), "int")
  return type?.bits === bits && type.bitOffset === 0
}

/** A cgroup's id, and a type of attachment behind it unless the id is all. */
function isCgroupKey(btf: Btf, id: TypeId, keySize: number): boolean {
  if (id === VOID) return false
  if (keySize === 8) return isInteger(btf, id, 64)
  const [first, second, ...more] = btf.typeOf(btf.resolve(id), "struct")?.members ?? []
  if (!first || !second || more.length > 0) return false
  return isInteger(btf, first.type, 64) && isInteger(btf, second.type, 32) && second.bitOffset === 64
}
