import type { Btf, SpecialField } from "../../../btf/index.ts"
import { isKnown } from "../../domain/index.ts"
import { ERRNO, reject } from "../../reject.ts"
import type { Register } from "../../state/register.ts"
import { FLAG, TYPE } from "../../state/register-type.ts"
import type { Walk } from "../../walk/walk.ts"
import { structsMatch } from "../btf-match.ts"
import { fieldAt, recordOf } from "../records.ts"
import { holdsLockOf } from "./ownership.ts"

export type RootField = Extract<SpecialField, { kind: "listHead" | "treeRoot" }>

/** The end of a list or tree that a call works on, with the types that its nodes are of. */
export interface GraphRoot {
  readonly btf: Btf
  readonly field: RootField
}

const NAMES = { listHead: "bpf_list_head", treeRoot: "bpf_rb_root" } as const
const NODES = {
  listHead: { kind: "listNode", name: "bpf_list_node" },
  treeRoot: { kind: "treeNode", name: "bpf_rb_node" },
} as const

/** The list or tree of a call's first argument: it lies beside a lock, which must be held. */
export function checkRoot(
  walk: Walk,
  number: number,
  register: Register,
  kind: RootField["kind"],
): GraphRoot {
  const refuse = (message: string): never => reject(walk, ERRNO.EINVAL, message, "object")
  const isObject = register.type === (TYPE.BTF_ID | FLAG.ALLOCATED)
  if (register.type !== TYPE.MAP_VALUE && !isObject)
    refuse(`arg#${number - 1} expected pointer to map value or allocated object`)
  if (isObject && !register.refId) refuse("allocated object must be referenced")
  const name = NAMES[kind]
  if (!isKnown(register.scalar))
    refuse(`R${number} doesn't have constant offset. ${name} has to be at the constant offset`)
  const record = recordOf(walk, register)
  const offset = register.off + register.scalar.nearValue
  const field = fieldAt(record, offset, kind) as RootField | undefined
  if (!field) return refuse(`${name} not found at offset=${offset}`)
  if (!holdsLockOf(walk, register)) {
    const lock = record.find(each => each.kind === "spinLock")
    if (walk.state.lock) walk.log.line("held lock and object are not in the same allocation")
    refuse(`bpf_spin_lock at off=${lock?.offset} must be held for ${name}`)
  }
  const btf = isObject ? register.btf : register.map?.btf
  return { btf: btf!, field }
}

/** The node of an object that goes into a list or tree, or leaves it. */
export function checkNode(walk: Walk, number: number, register: Register, { btf, field }: GraphRoot): void {
  const refuse = (message: string): never => reject(walk, ERRNO.EINVAL, message, "object")
  const node = NODES[field.kind]
  if (!isKnown(register.scalar))
    refuse(`R${number} doesn't have constant offset. ${node.name} has to be at the constant offset`)
  const offset = register.off + register.scalar.nearValue
  if (!fieldAt(recordOf(walk, register), offset, node.kind))
    refuse(`${node.name} not found at offset=${offset}`)
  const wanted = btf.typeOf(field.contained, "struct")?.name
  if (!structsMatch(walk, register.btf!, register.btfId, 0, btf, field.contained, true)) {
    const given = register.btf!.typeOf(register.btfId, "struct")?.name
    refuse(
      `operation on ${NAMES[field.kind]} expects arg#1 ${node.name} at offset=${field.nodeOffset} in struct ${wanted}, but arg is at offset=${offset} in struct ${given}`,
    )
  }
  if (offset !== field.nodeOffset)
    refuse(
      `arg#1 offset=${offset}, but expected ${node.name} at offset=${field.nodeOffset} in struct ${wanted}`,
    )
}
