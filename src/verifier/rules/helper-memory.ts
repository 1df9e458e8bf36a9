import { isKnown, isNull } from "../domain/index.ts"
import { ERRNO, reject } from "../reject.ts"
import { markPrecise } from "../state/precision.ts"
import type { Register } from "../state/register.ts"
import { baseType, FLAG, TYPE, typeName } from "../state/register-type.ts"
import { currentFrame } from "../state/state.ts"
import type { Walk } from "../walk/walk.ts"
import { accessBtfObject } from "./btf-access.ts"
import type { HelperCall } from "./helper-call.ts"
import { checkMapPermission, checkMapRange } from "./map-value.ts"
import { checkAccess } from "./memory.ts"
import { checkPacket } from "./packet.ts"
import { MOST_OFFSET } from "./pointer-arithmetic.ts"
import { accessBuffer, checkRegion } from "./regions.ts"
import { checkInitialized, type RawMemory } from "./stack-ranges.ts"

/** Program types whose context is memory as it stands: the kernel rewrites no access to it. */
const PLAIN_CONTEXT = new Set([
  "kprobe",
  "tracepoint",
  "raw_tracepoint",
  "raw_tracepoint_writable",
  "tracing",
  "lsm",
  "struct_ops",
  "syscall",
  "netfilter",
])

/** Memory of a known size that a call reads or writes. */
export function checkHelperMemory(
  walk: Walk,
  number: number,
  size: number,
  access: "read" | "write",
  zeroAllowed: boolean,
  raw: RawMemory | undefined,
): void {
  const pointer = currentFrame(walk.state).registers[number]!
  const { type, off } = pointer
  const refuseWrite = () => {
    if (access === "write")
      reject(walk, ERRNO.EACCES, `R${number} cannot write into ${typeName(type)}`, "read-only-memory")
  }
  switch (baseType(type)) {
    case TYPE.PACKET:
    case TYPE.PACKET_META:
      checkPacket(walk, number, pointer, off, size, zeroAllowed)
      return
    case TYPE.MAP_KEY:
      refuseWrite()
      checkRegion(walk, number, pointer, off, size, pointer.map!.keySize, false)
      return
    case TYPE.MAP_VALUE:
      checkMapPermission(walk, pointer, off, size, access)
      checkMapRange(walk, number, pointer, off, size, zeroAllowed, "helper")
      return
    case TYPE.MEM:
      if (type & FLAG.READ_ONLY) refuseWrite()
      checkRegion(walk, number, pointer, off, size, pointer.range, zeroAllowed)
      return
    case TYPE.BUF:
      if (type & FLAG.READ_ONLY) refuseWrite()
      accessBuffer(walk, number, pointer, off, size)
      return
    case TYPE.STACK:
      checkInitialized(walk, number, off, size, zeroAllowed, "helper", raw)
      return
    case TYPE.BTF_ID:
      accessBtfObject(
        walk,
        { kind: "read", base: number, offset: off, size, value: undefined, signed: false },
        pointer,
        off,
      )
      return
    case TYPE.CTX:
      if (!PLAIN_CONTEXT.has(walk.program.type)) break
      if (size === 0) {
        if (zeroAllowed) return
        reject(walk, ERRNO.EACCES, "", "memory-size")
      }
      checkAccess(walk, {
        kind: access,
        base: number,
        offset: size - 1,
        size: 1,
        value: undefined,
        signed: false,
      })
      return
  }
  if (zeroAllowed && size === 0 && type === TYPE.SCALAR && isNull(pointer.scalar)) return
  reject(
    walk,
    ERRNO.EACCES,
    `R${number} type=${typeName(type)} expected=${typeName(TYPE.STACK)}`,
    "argument-type",
  )
}

/** A size, and with it the memory of the argument before. */
export function checkMemorySize(
  walk: Walk,
  call: Pick<HelperCall, "raw" | "mostBytes">,
  number: number,
  size: Register,
  access: "read" | "write",
  zeroAllowed: boolean,
): void {
  const { scalar } = size
  call.mostBytes = scalar.umax
  // Of memory that may be written in part only, all must be initialised.
  const raw = isKnown(scalar) ? call.raw : undefined
  if (scalar.nearSmin < 0)
    reject(
      walk,
      ERRNO.EACCES,
      `R${number} min value is negative, either use unsigned or 'var &= const'`,
      "memory-size",
    )
  if (scalar.umin === 0n && !walk.rules.zeroSizes)
    checkHelperMemory(walk, number - 1, 0, access, zeroAllowed, raw)
  else if (scalar.umin === 0n && !zeroAllowed)
    reject(
      walk,
      ERRNO.EACCES,
      `R${number} invalid zero-sized read: u64=[${scalar.umin},${scalar.umax}]`,
      "memory-size",
    )
  if (scalar.nearUmax >= MOST_OFFSET)
    reject(
      walk,
      ERRNO.EACCES,
      `R${number} unbounded memory access, use 'var &= const' or 'if (var < const)'`,
      "memory-size",
    )
  checkHelperMemory(walk, number - 1, scalar.nearUmax, access, zeroAllowed, raw)
  markPrecise(walk, number)
}
