import { CLASS, classOf, MODE, modeOf } from "../../../isa/index.ts"
import { isNull } from "../../domain/index.ts"
import type { MapFacts } from "../../program.ts"
import { ERRNO, reject } from "../../reject.ts"
import { markPrecise } from "../../state/precision.ts"
import { setPointer } from "../../state/register.ts"
import { FLAG, TYPE } from "../../state/register-type.ts"
import { currentFrame } from "../../state/state.ts"
import { nextId, type Walk } from "../../walk/walk.ts"
import type { Access } from "../memory.ts"
import { objectFields } from "../records.ts"
import { inRcuSection } from "../trust.ts"
import { checkKptrMatch, type KptrField, type KptrTarget, kptrTarget } from "./target.ts"

/** Loads and stores of pointers that map values keep: only unowned ones may be stored so. */
export function accessKptr(walk: Walk, access: Access, field: KptrField, map: MapFacts): void {
  const { opcode, imm } = walk.code[walk.at]!
  if (modeOf(opcode) !== MODE.MEM)
    reject(walk, ERRNO.EACCES, "kptr in map can only be accessed using BPF_MEM instruction mode", "kptr")
  const kind = classOf(opcode)
  const target = kptrTarget(walk, field, map.btf!)
  if (kind !== CLASS.LDX && field.ownership !== "untrusted")
    reject(walk, ERRNO.EACCES, "store to referenced kptr disallowed", "kptr")
  if (kind === CLASS.LDX) {
    load(walk, access.value!, field, target)
    return
  }
  if (kind === CLASS.ST) {
    if (imm !== 0)
      reject(walk, ERRNO.EACCES, `BPF_ST imm must be 0 when storing to kptr at off=${field.offset}`, "kptr")
    return
  }
  const value = currentFrame(walk.state).registers[access.value!]!
  if (value.type === TYPE.SCALAR && isNull(value.scalar)) markPrecise(walk, access.value!)
  else checkKptrMatch(walk, field, target, value, access.value!, ERRNO.EACCES)
}

function load(walk: Walk, number: number, field: KptrField, target: KptrTarget): void {
  const register = currentFrame(walk.state).registers[number]!
  setPointer(register, TYPE.BTF_ID | FLAG.MAYBE_NULL | loadedFlags(walk, field, target))
  register.btf = target.btf
  register.btfId = target.id
  register.id = nextId(walk)
}

/** Kernel objects that live on until no RCU section can see them any more. Programs' own ones all do. */
const RCU_PROTECTED = new Set([
  "prog_test_ref_kfunc",
  "cgroup",
  "bpf_cpumask",
  "task_struct",
  "bpf_crypto_ctx",
])

/** Inside an RCU section what a field holds stays alive, though it may be replaced. */
function loadedFlags(walk: Walk, field: KptrField, target: KptrTarget): number {
  const isKernels = target.btf === walk.kernel.btf
  const safe =
    field.ownership === "perCpu" ||
    (field.ownership === "counted" && (!isKernels || RCU_PROTECTED.has(target.name)))
  if (!safe || !inRcuSection(walk)) return FLAG.UNTRUSTED
  let flags = FLAG.RCU
  if (field.ownership === "perCpu") flags |= FLAG.PER_CPU
  else if (!isKernels) flags |= FLAG.ALLOCATED
  const isNode = objectFields(walk, target.btf, target.id).some(
    ({ kind }) => kind === "listNode" || kind === "treeNode",
  )
  return isNode ? flags | FLAG.NON_OWNING : flags
}
