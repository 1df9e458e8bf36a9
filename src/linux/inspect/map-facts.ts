import type { MapFacts } from "../../kernel/index.ts"
import type { Bpf } from "../bpf/bpf.ts"
import { MAP_INFO } from "../bpf/info.ts"
import { descriptorFacts, numberFact, objectInfo } from "./object-store.ts"
import type { FactSource } from "./program-facts.ts"

const MAP_INFO_BYTES = 88

export function mapFacts(bpf: Bpf, fd: number, source: Pick<FactSource, "device">): MapFacts {
  const { info } = objectInfo(bpf, fd, MAP_INFO, MAP_INFO_BYTES)
  const facts = descriptorFacts(fd)
  const jited = numberFact(facts, "owner_jited")
  return {
    id: info.id,
    type: info.type,
    name: info.name,
    flags: info.map_flags,
    device: source.device(info.ifindex, info.netns_dev, info.netns_ino),
    keySize: info.key_size,
    valueSize: info.value_size,
    maxEntries: info.max_entries,
    memlock: numberFact(facts, "memlock"),
    frozen: numberFact(facts, "frozen") === 1,
    ownerType: numberFact(facts, "owner_prog_type"),
    ownerJited: jited === undefined ? undefined : jited !== 0,
    btfId: info.btf_id,
    keyType: info.btf_key_type_id,
    valueType: info.btf_value_type_id,
    kernelValueType: info.btf_vmlinux_value_type_id,
  }
}
