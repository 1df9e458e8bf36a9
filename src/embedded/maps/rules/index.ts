/** What BPF_MAP_CREATE refuses, by map type, in the kernel's order: the first rule that is broken decides the errno. */
import { mapType } from "../../../catalog/index.ts"
import {
  arrayRules,
  descriptorArrayRules,
  perCpuArrayRules,
  reuseportRules,
  stackTraceRules,
} from "./array-rules.ts"
import { commonRules, deviceRule } from "./common-rules.ts"
import { hashOfMapsRules, hashRules, trieRules } from "./hash-rules.ts"
import { nestedRules } from "./inner-map-rules.ts"
import { arenaRules, bloomFilterRules, queueRules, ringRules } from "./keyless-rules.ts"
import { cpuMapRules, deviceMapRules, socketHashRules, socketMapRules, xskMapRules } from "./network-rules.ts"
import { type Creation, check, type Rule } from "./rule.ts"
import { cgroupStorageRules, storageRules, structOpsRules } from "./storage-rules.ts"
import { typeRules } from "./type-rules.ts"

/** Throws MapError with Linux's errno for what this kernel would not create. */
export function checkCreation(creation: Creation): void {
  check(creation.attributes, rulesOf(creation))
}

function* rulesOf(creation: Creation): Generator<Rule> {
  yield* commonRules(creation)
  yield* ownRules(creation)
  yield deviceRule(creation)
  yield* nestedRules(creation)
  yield* typeRules(creation)
}

function ownRules(creation: Creation): Rule[] {
  const { attributes } = creation
  switch (creation.type) {
    case "array":
      return arrayRules(creation)
    case "percpu_array":
      return perCpuArrayRules(creation)
    case "prog_array":
    case "perf_event_array":
    case "cgroup_array":
    case "array_of_maps":
      return descriptorArrayRules(creation)
    case "hash":
    case "percpu_hash":
    case "lru_hash":
    case "lru_percpu_hash":
      return hashRules(creation)
    case "hash_of_maps":
      return hashOfMapsRules(creation)
    case "lpm_trie":
      return trieRules(attributes)
    case "queue":
    case "stack":
      return queueRules(creation)
    case "bloom_filter":
      return bloomFilterRules(attributes)
    case "ringbuf":
    case "user_ringbuf":
      return ringRules(attributes)
    case "arena":
      return arenaRules(attributes)
    case "stack_trace":
      return stackTraceRules(attributes)
    case "devmap":
    case "devmap_hash":
      return deviceMapRules(attributes)
    case "cpumap":
      return cpuMapRules(attributes)
    case "xskmap":
      return xskMapRules(attributes)
    case "sockmap":
      return socketMapRules(attributes)
    case "sockhash":
      return socketHashRules(attributes)
    case "reuseport_sockarray":
      return reuseportRules(creation)
    case "sk_storage":
    case "task_storage":
    case "inode_storage":
    case "cgrp_storage":
      return storageRules(attributes)
    case "cgroup_storage":
    case "percpu_cgroup_storage":
      return cgroupStorageRules(creation)
    case "struct_ops":
      return structOpsRules(creation)
    default:
      return []
  }
}

/** The types that a release has. */
export function isTypeKnown({ attributes, host }: Pick<Creation, "attributes" | "host">): boolean {
  const row = mapType(attributes.type)
  return row?.since !== undefined && host.since(row.since)
}
