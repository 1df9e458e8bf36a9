import { isKnown } from "../domain/index.ts"
import { ERRNO, reject } from "../reject.ts"
import type { Register } from "../state/register.ts"
import { TYPE } from "../state/register-type.ts"
import type { Walk } from "../walk/walk.ts"
import { MAP_FLAG } from "./map-types.ts"
import { checkMapRange } from "./map-value.ts"

/** Text that the kernel reads while it verifies: in frozen memory, and ended by a zero byte. */
export function checkConstString(walk: Walk, number: number, register: Register): void {
  const map = register.map
  if (register.type !== TYPE.MAP_VALUE || !map)
    reject(walk, ERRNO.EACCES, `R${number} does not point to a readonly map'`, "argument-value")
  if (!(map.flags & MAP_FLAG.RDONLY_PROG))
    reject(walk, ERRNO.EACCES, `R${number} does not point to a readonly map'`, "argument-value")
  if (!isKnown(register.scalar))
    reject(walk, ERRNO.EACCES, `R${number} is not a constant address'`, "argument-value")
  if (!map.constants)
    reject(walk, ERRNO.EACCES, "no direct value access support for this map type", "argument-value")
  const start = register.off + register.scalar.nearValue
  checkMapRange(walk, number, register, register.off, map.valueSize - start, false, "helper")
  if (!map.constants.subarray(start).includes(0))
    reject(walk, ERRNO.EINVAL, "string is not zero-terminated", "argument-value")
}
