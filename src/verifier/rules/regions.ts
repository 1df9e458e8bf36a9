import { isNull } from "../domain/index.ts"
import { tnumText } from "../log/tnum-text.ts"
import { ERRNO, reject } from "../reject.ts"
import type { Register } from "../state/register.ts"
import { baseType, FLAG, TYPE } from "../state/register-type.ts"
import type { Walk } from "../walk/walk.ts"
import { MOST_OFFSET } from "./pointer-arithmetic.ts"

/** Memory of a known size: the smallest and the largest offset must both lie inside. */
export function checkRegion(
  walk: Walk,
  number: number,
  pointer: Register,
  offset: number,
  size: number,
  memorySize: number,
  zeroAllowed: boolean,
): void {
  const { nearSmin, nearUmax } = pointer.scalar
  const least = offset + nearSmin
  if (nearSmin < 0 && (least !== (least | 0) || least < 0)) refuseNegative(walk, number)
  checkInside(walk, number, pointer, least | 0, size, memorySize, zeroAllowed, "min")
  if (nearUmax >= MOST_OFFSET)
    reject(
      walk,
      ERRNO.EACCES,
      `R${number} unbounded memory access, make sure to bounds check any such access`,
      "memory-bounds",
    )
  checkInside(walk, number, pointer, (nearUmax + offset) | 0, size, memorySize, zeroAllowed, "max")
}

export function refuseNegative(walk: Walk, number: number): never {
  reject(
    walk,
    ERRNO.EACCES,
    `R${number} min value is negative, either use unsigned index or do a if (index >=0) check.`,
    "memory-bounds",
  )
}

function checkInside(
  walk: Walk,
  number: number,
  pointer: Register,
  offset: number,
  size: number,
  memorySize: number,
  zeroAllowed: boolean,
  end: "min" | "max",
): void {
  if (isInside(offset, size, memorySize, zeroAllowed)) return
  writeOutside(walk, number, pointer, offset, size, memorySize)
  reject(
    walk,
    ERRNO.EACCES,
    `R${number} ${end} value is outside of the allowed memory range`,
    "memory-bounds",
  )
}

export function isInside(offset: number, size: number, memorySize: number, zeroAllowed: boolean): boolean {
  return offset >= 0 && (size > 0 || (size === 0 && zeroAllowed)) && offset + size <= memorySize
}

export function writeOutside(
  walk: Walk,
  number: number,
  pointer: Register,
  offset: number,
  size: number,
  memorySize: number,
): void {
  const range = `off=${offset} size=${size}`
  switch (baseType(pointer.type)) {
    case TYPE.MAP_KEY:
      walk.log.line(`invalid access to map key, key_size=${memorySize} ${range}`)
      return
    case TYPE.MAP_VALUE:
      walk.log.line(`invalid access to map value, value_size=${memorySize} ${range}`)
      return
    case TYPE.PACKET:
    case TYPE.PACKET_META:
    case TYPE.PACKET_END:
      walk.log.line(
        `invalid access to packet, off=${offset} size=${size}, R${number}(id=${pointer.id},off=${offset},r=${memorySize})`,
      )
      return
    default:
      walk.log.line(`invalid access to memory, mem_size=${memorySize} ${range}`)
      return
  }
}

/** `struct bpf_flow_keys`. */
const FLOW_KEYS_SIZE = 56

export function accessFlowKeys(walk: Walk, offset: number, size: number): void {
  if (offset < 0 || offset + size > FLOW_KEYS_SIZE)
    reject(walk, ERRNO.EACCES, `invalid access to flow keys off=${offset} size=${size}`, "memory-bounds")
}

/** The size of a writable tracepoint's buffer is only known when the program is attached. */
export function accessTracepointBuffer(
  walk: Walk,
  number: number,
  pointer: Register,
  offset: number,
  size: number,
): void {
  checkBufferOffset(walk, "tracepoint", number, pointer, offset, size)
}

export function accessBuffer(
  walk: Walk,
  number: number,
  pointer: Register,
  offset: number,
  size: number,
): void {
  checkBufferOffset(walk, pointer.type & FLAG.READ_ONLY ? "rdonly" : "rdwr", number, pointer, offset, size)
}

function checkBufferOffset(
  walk: Walk,
  what: keyof Walk["reach"],
  number: number,
  pointer: Register,
  offset: number,
  size: number,
): void {
  if (offset < 0)
    reject(
      walk,
      ERRNO.EACCES,
      `R${number} invalid ${what} buffer access: off=${offset}, size=${size}`,
      "memory-bounds",
    )
  const { bits } = pointer.scalar
  if (!isNull(pointer.scalar))
    reject(
      walk,
      ERRNO.EACCES,
      `R${number} invalid variable buffer offset: off=${offset}, var_off=${tnumText(walk, bits)}`,
      "memory-bounds",
    )
  walk.reach[what] = Math.max(walk.reach[what], offset + size)
}
