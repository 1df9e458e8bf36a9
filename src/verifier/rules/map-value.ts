import type { SpecialField } from "../../btf/index.ts"
import { constant, isKnown } from "../domain/index.ts"
import type { MapFacts } from "../program.ts"
import { ERRNO, reject } from "../reject.ts"
import { type Register, setScalar } from "../state/register.ts"
import { currentFrame } from "../state/state.ts"
import type { Walk } from "../walk/walk.ts"
import { accessKptr } from "./kptrs/access.ts"
import { MAP_FLAG } from "./map-types.ts"
import { type Access, loadUnknown } from "./memory.ts"
import { checkRegion } from "./regions.ts"

/** A load or store through a pointer into a map value; from frozen read-only data the contents are known. */
export function accessMapValue(walk: Walk, access: Access, pointer: Register, offset: number): void {
  const map = pointer.map!
  checkMapPermission(walk, pointer, offset, access.size, access.kind)
  checkMapRange(walk, access.base, pointer, offset, access.size, false, "direct")
  const { scalar } = pointer
  if (isKnown(scalar)) {
    const at = offset + scalar.nearValue
    const field = map.fields.find(each => each.kind === "pointer" && each.offset === at)
    if (field?.kind === "pointer") {
      accessKptr(walk, access, field, map)
      return
    }
  }
  if (access.kind !== "read" || access.value === undefined) return
  const target = currentFrame(walk.state).registers[access.value]!
  if (map.constants && isKnown(scalar)) {
    const value = readConstant(map.constants, offset + scalar.nearValue, access)
    setScalar(target, constant(value), !walk.privileges.bpf)
    return
  }
  loadUnknown(walk, access)
}

export function readConstant(bytes: Uint8Array, at: number, { size, signed }: Access): bigint {
  let value = 0n
  for (let index = size - 1; index >= 0; index--) value = (value << 8n) | BigInt(bytes[at + index] ?? 0)
  return signed ? BigInt.asIntN(size * 8, value) : value
}

/** Maps may be closed to programs for reading or writing. */
export function checkMapPermission(
  walk: Walk,
  { map }: Register,
  offset: number,
  size: number,
  kind: "read" | "write",
): void {
  const { flags, valueSize } = map!
  const closed = kind === "write" ? MAP_FLAG.RDONLY_PROG : MAP_FLAG.WRONLY_PROG
  if (!(flags & closed)) return
  const verb = kind === "write" ? "write into" : "read from"
  reject(
    walk,
    ERRNO.EACCES,
    `${verb} map forbidden, value_size=${valueSize} off=${offset} size=${size}`,
    "read-only-map",
  )
}

/** As the kernel names them. */
export function fieldName(field: SpecialField): string {
  switch (field.kind) {
    case "spinLock":
      return "bpf_spin_lock"
    case "timer":
      return "bpf_timer"
    case "workqueue":
      return "bpf_wq"
    case "pointer":
      return field.ownership === "perCpu" ? "percpu_kptr" : "kptr"
    case "listHead":
      return "bpf_list_head"
    case "listNode":
      return "bpf_list_node"
    case "treeRoot":
      return "bpf_rb_root"
    case "treeNode":
      return "bpf_rb_node"
    case "refcount":
      return "bpf_refcount"
    default:
      return field satisfies never
  }
}

/** The whole access lies in the value, and touches no field that is not the program's own. */
export function checkMapRange(
  walk: Walk,
  number: number,
  pointer: Register,
  offset: number,
  size: number,
  zeroAllowed: boolean,
  by: "direct" | "helper",
): void {
  const map = pointer.map as MapFacts
  const { scalar } = pointer
  checkRegion(walk, number, pointer, offset, size, map.valueSize, zeroAllowed)
  const least = scalar.nearSmin + offset
  const most = scalar.nearUmax + offset + size
  for (const field of map.fields) {
    if (least >= field.offset + field.size || field.offset >= most) continue
    if (field.kind !== "pointer")
      reject(
        walk,
        ERRNO.EACCES,
        `${fieldName(field)} cannot be accessed directly by load/store`,
        "special-field",
      )
    if (by !== "direct")
      reject(walk, ERRNO.EACCES, "kptr cannot be accessed indirectly by helper", "special-field")
    if (!isKnown(scalar))
      reject(walk, ERRNO.EACCES, "kptr access cannot have variable offset", "special-field")
    if (field.offset !== least)
      reject(
        walk,
        ERRNO.EACCES,
        `kptr access misaligned expected=${field.offset} off=${least}`,
        "special-field",
      )
    if (size !== 8) reject(walk, ERRNO.EACCES, "kptr access size must be BPF_DW", "special-field")
  }
}
