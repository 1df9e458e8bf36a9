import type { TypeId } from "../../btf/index.ts"
import { isNull, UNKNOWN } from "../domain/index.ts"
import { tnumText } from "../log/tnum-text.ts"
import { ERRNO, reject, unsupported } from "../reject.ts"
import { type Register, setPointer, setScalar } from "../state/register.ts"
import { FLAG, TYPE } from "../state/register-type.ts"
import { currentFrame } from "../state/state.ts"
import { nextId, type Walk } from "../walk/walk.ts"
import { type MemberAnswer, memberAt } from "./btf-members.ts"
import { MAP_TYPE as M } from "./map-types.ts"
import { fieldName } from "./map-value.ts"
import type { Access } from "./memory.ts"
import { objectFields } from "./records.ts"
import { checkStructureStore, storesToStructures } from "./structure-stores.ts"
import { inRcuSection } from "./trust.ts"
import { fieldTrust } from "./trusted-fields.ts"

/** A load through a pointer to a kernel structure: what it gives follows from BTF and from how far the pointer is trusted. */
export function accessBtfObject(walk: Walk, access: Access, pointer: Register, offset: number): void {
  const { base, kind } = access
  const btf = pointer.btf!
  const type = btf.type(pointer.btfId)
  const name = "name" in type ? type.name : ""
  const refuse = (message: string, errno: number = ERRNO.EACCES): never =>
    reject(walk, errno, message, "structure-access")
  const { guardedStructures } = walk.rules
  if (guardedStructures && !walk.privileges.perfmon)
    refuse(`'struct ${name}' access is allowed only to CAP_PERFMON and CAP_SYS_ADMIN`, ERRNO.EPERM)
  if (guardedStructures && !walk.program.gpl && btf === walk.kernel.btf)
    refuse(`Cannot access kernel 'struct ${name}' from non-GPL compatible program`, ERRNO.EINVAL)
  if (offset < 0) refuse(`R${base} is ptr_${name} invalid negative access: off=${offset}`)
  const { scalar } = pointer
  if (!isNull(scalar))
    refuse(
      `R${base} is ptr_${name} invalid variable offset: off=${offset}, var_off=${tnumText(walk, scalar.bits)}`,
    )
  if (pointer.type & FLAG.USER) refuse(`R${base} is ptr_${name} access user memory: off=${offset}`)
  if (pointer.type & FLAG.PER_CPU) refuse(`R${base} is ptr_${name} access percpu memory: off=${offset}`)
  const own = (pointer.type & FLAG.ALLOCATED) !== 0
  if (kind === "write") {
    if (pointer.type & FLAG.UNTRUSTED) refuse("only read is supported")
    if (!own && storesToStructures(walk)) {
      checkStructureStore(walk, pointer, offset, access.size)
      return
    }
    if (!own) refuse("only read is supported")
  }
  if (own) checkSpecialFields(walk, pointer, offset, access.size)
  const answer = memberAt(btf, pointer.btfId as TypeId, offset, access.size, !own)
  if (answer.kind === "refused") refuse(answer.message, answer.invalid ? ERRNO.EINVAL : ERRNO.EACCES)
  if (access.value === undefined || kind === "write") return
  const target = currentFrame(walk.state).registers[access.value]!
  // What is read from an object of the program's own cannot become a pointer again.
  if (answer.kind !== "pointer" || own) {
    setScalar(target, UNKNOWN, !walk.privileges.bpf)
    return
  }
  const flags = flagsOf(walk, pointer, name, answer)
  setPointer(target, TYPE.BTF_ID | flags)
  target.btf = btf
  target.btfId = answer.type
  if (flags & FLAG.MAYBE_NULL) target.id = nextId(walk)
}

function checkSpecialFields(walk: Walk, pointer: Register, offset: number, size: number): void {
  const field = objectFields(walk, pointer.btf, pointer.btfId).find(
    each => offset < each.offset + each.size && each.offset < offset + size,
  )
  if (field)
    reject(walk, ERRNO.EACCES, `direct access to ${fieldName(field)} is disallowed`, "structure-access")
}

type PointerMember = Extract<MemberAnswer, { readonly kind: "pointer" }>

/** A pointer found by walking from another is trusted no further than that one, and mostly less. */
function flagsOf(walk: Walk, from: Register, struct: string, found: PointerMember): number {
  const { tag, field, inUnion } = found
  const memory = tag === "user" ? FLAG.USER : tag === "percpu" ? FLAG.PER_CPU : 0
  const tagged = memory | (inUnion ? FLAG.UNTRUSTED : 0)
  const isRcu = tag === "rcu"
  if (from.type & FLAG.UNTRUSTED) return FLAG.UNTRUSTED
  const trusted = from.refId !== 0 || (from.type & FLAG.TRUSTED) !== 0
  if (!trusted && !(from.type & FLAG.RCU)) return tagged
  const trust = fieldTrust(struct, field)
  if (trust === "trusted") return tagged | FLAG.TRUSTED
  if (trust === "trustedOrNull") return tagged | FLAG.TRUSTED | FLAG.MAYBE_NULL
  if (!inRcuSection(walk) || from.type & FLAG.MAYBE_NULL) return FLAG.UNTRUSTED
  if (trust === "rcu") return tagged | FLAG.RCU
  if (trust === "rcuOrNull") return memory | FLAG.RCU | FLAG.MAYBE_NULL
  return isRcu ? tagged | FLAG.RCU | FLAG.MAYBE_NULL : tagged
}

/** The kernel's structure behind each type of map. */
const MAP_STRUCTS: Readonly<Record<number, string>> = {
  [M.HASH]: "bpf_htab",
  [M.PERCPU_HASH]: "bpf_htab",
  [M.LRU_HASH]: "bpf_htab",
  [M.LRU_PERCPU_HASH]: "bpf_htab",
  [M.HASH_OF_MAPS]: "bpf_htab",
  [M.ARRAY]: "bpf_array",
  [M.PERCPU_ARRAY]: "bpf_array",
  [M.PROG_ARRAY]: "bpf_array",
  [M.PERF_EVENT_ARRAY]: "bpf_array",
  [M.CGROUP_ARRAY]: "bpf_array",
  [M.ARRAY_OF_MAPS]: "bpf_array",
  [M.LPM_TRIE]: "lpm_trie",
  [M.RINGBUF]: "bpf_ringbuf_map",
  [M.QUEUE]: "bpf_queue_stack",
  [M.STACK]: "bpf_queue_stack",
  [M.STACK_TRACE]: "bpf_stack_map",
  [M.USER_RINGBUF]: "bpf_ringbuf_map",
  [M.ARENA]: "bpf_arena",
  [M.BLOOM_FILTER]: "bpf_bloom_filter",
  [M.CPUMAP]: "bpf_cpu_map",
  [M.DEVMAP]: "bpf_dtab",
  [M.DEVMAP_HASH]: "bpf_dtab",
  [M.CGROUP_STORAGE]: "bpf_cgroup_storage_map",
  [M.PERCPU_CGROUP_STORAGE]: "bpf_cgroup_storage_map",
  [M.REUSEPORT_SOCKARRAY]: "reuseport_array",
  [M.SOCKMAP]: "bpf_stab",
  [M.SOCKHASH]: "bpf_shtab",
  [M.XSKMAP]: "xsk_map",
  [M.SK_STORAGE]: "bpf_local_storage_map",
  [M.INODE_STORAGE]: "bpf_local_storage_map",
  [M.TASK_STORAGE]: "bpf_local_storage_map",
  [M.CGRP_STORAGE]: "bpf_local_storage_map",
}

/** Programs may read the kernel's own structure of a map. */
export function accessMapObject(walk: Walk, access: Access, pointer: Register, offset: number): void {
  const { base, kind } = access
  const map = pointer.map!
  const name = MAP_STRUCTS[map.type]
  if (name === undefined) unsupported(`loads from the structure of a map of type ${map.type}`)
  const { btf } = walk.kernel
  const id = btf.find(name, "struct")
  if (id === undefined) unsupported(`kernels without struct ${name}`)
  if (!walk.privileges.perfmon)
    reject(
      walk,
      ERRNO.EPERM,
      `'struct ${name}' access is allowed only to CAP_PERFMON and CAP_SYS_ADMIN`,
      "capability",
    )
  if (offset < 0)
    reject(
      walk,
      ERRNO.EACCES,
      `R${base} is ${name} invalid negative access: off=${offset}`,
      "structure-access",
    )
  if (kind === "write") reject(walk, ERRNO.EACCES, `only read from ${name} is supported`, "structure-access")
  const answer = memberAt(btf, id, offset, access.size)
  if (answer.kind === "refused")
    reject(walk, answer.invalid ? ERRNO.EINVAL : ERRNO.EACCES, answer.message, "structure-access")
  if (access.value === undefined) return
  const target = currentFrame(walk.state).registers[access.value]!
  if (answer.kind !== "pointer") {
    setScalar(target, UNKNOWN, !walk.privileges.bpf)
    return
  }
  setPointer(target, TYPE.BTF_ID)
  target.btf = btf
  target.btfId = answer.type
}
