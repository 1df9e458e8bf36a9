import { isKnown } from "../../domain/index.ts"
import { ERRNO, reject } from "../../reject.ts"
import { forEachRegister } from "../../state/for-each-register.ts"
import { type Register, setPointer } from "../../state/register.ts"
import { FLAG, TYPE } from "../../state/register-type.ts"
import { currentFrame } from "../../state/state.ts"
import type { Walk } from "../../walk/walk.ts"
import type { HelperCall } from "../helper-call.ts"
import { dropReference, invalidate } from "../invalidate.ts"
import { isAllocated, recordOf } from "../records.ts"
import { inRcuSection } from "../trust.ts"
import { kptrTarget } from "./target.ts"

/** The field that `bpf_kptr_xchg` exchanges: of a map value, or of an object of the program's own. */
export function checkKptrField(walk: Walk, call: HelperCall, number: number, register: Register): void {
  const refuse: (message: string, errno?: number) => never = (message, errno = ERRNO.EINVAL) =>
    reject(walk, errno, message, "kptr")
  const own = isAllocated(register)
  const btf = own ? register.btf : register.map?.btf
  if (!btf) refuse(`map '${register.map?.name}' has to have BTF in order to use bpf_kptr_xchg`)
  if (!own) call.map = register.map
  if (!isKnown(register.scalar))
    refuse(`R${number} doesn't have constant offset. kptr has to be at the constant offset`)
  const fields = own ? recordOf(walk, register) : register.map!.fields
  if (!fields.some(each => each.kind === "pointer")) refuse(`R${number} has no valid kptr`)
  const offset = register.off + register.scalar.nearValue
  const field = fields.find(each => each.kind === "pointer" && each.offset === offset)
  if (field?.kind !== "pointer") refuse(`off=${offset} doesn't point to kptr`, ERRNO.EACCES)
  if (field.ownership === "untrusted") refuse(`off=${offset} kptr isn't referenced kptr`, ERRNO.EACCES)
  call.kptr = { field, target: kptrTarget(walk, field, btf!) }
}

/** The reference goes over into the field; in an RCU section, memory of each processor may still be read. */
export function handOver(walk: Walk, refId: number): boolean {
  if (!dropReference(currentFrame(walk.state), refId)) return false
  const inRcu = inRcuSection(walk)
  forEachRegister(walk.state, register => {
    if (register.refId !== refId) return
    if (inRcu && register.type & FLAG.ALLOCATED && register.type & FLAG.PER_CPU) {
      register.refId = 0
      register.type = (register.type & ~FLAG.ALLOCATED) | FLAG.RCU
    } else invalidate(walk, register)
  })
  return true
}

/** What the field held before. */
export function giveKptr(walk: Walk, { kptr }: HelperCall, r0: Register): void {
  const { field, target } = kptr!
  let type: number = TYPE.BTF_ID | FLAG.MAYBE_NULL
  if (target.btf !== walk.kernel.btf)
    type |= FLAG.ALLOCATED | (field.ownership === "perCpu" ? FLAG.PER_CPU : 0)
  setPointer(r0, type)
  r0.btf = target.btf
  r0.btfId = target.id
}
