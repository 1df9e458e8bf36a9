import type { MapFacts } from "../../kernel/index.ts"
import type { KernelTypes } from "../memory/index.ts"
import { VMLINUX_BTF_ID } from "../objects/index.ts"

/** `struct bpf_map_info` as this kernel has it. */
export function mapInfoBytes(facts: MapFacts, extra: bigint, types: KernelTypes): Uint8Array {
  const info = types.create("bpf_map_info", {
    type: facts.type,
    id: facts.id,
    key_size: facts.keySize,
    value_size: facts.valueSize,
    max_entries: facts.maxEntries,
    map_flags: facts.flags,
    name: facts.name,
    btf_vmlinux_value_type_id: facts.kernelValueType,
    btf_id: facts.btfId,
    btf_key_type_id: facts.keyType,
    btf_value_type_id: facts.valueType,
    ...(facts.kernelValueType !== 0 && { btf_vmlinux_id: VMLINUX_BTF_ID }),
    map_extra: extra,
  })
  const bytes = types.memory.read(info.address, info.layout.size)
  info.free()
  return bytes
}
