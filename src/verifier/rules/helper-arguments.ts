import type { HelperArgument } from "../../catalog/details.ts"
import { isKnown, isNull } from "../domain/index.ts"
import { ERRNO, reject } from "../reject.ts"
import { markPrecise } from "../state/precision.ts"
import type { Register } from "../state/register.ts"
import { baseType, isPacketPointer, TYPE } from "../state/register-type.ts"
import type { Walk } from "../walk/walk.ts"
import { checkAlignment } from "./alignment.ts"
import { checkArgumentOffset, checkArgumentType } from "./argument-types.ts"
import { checkBtfArgument } from "./btf-arguments.ts"
import { checkConstString } from "./const-string.ts"
import { checkUnmoved } from "./context.ts"
import { checkHelperDynptr, checkReleasedDynptr } from "./dynptrs/helpers.ts"
import type { HelperCall } from "./helper-call.ts"
import { checkHelperMemory, checkMemorySize } from "./helper-memory.ts"
import { checkKptrField } from "./kptrs/exchange.ts"
import { mapValueKind } from "./map-helpers.ts"
import { mayAccessPacket } from "./packet.ts"
import { readRegister } from "./register-access.ts"
import { checkSpinLock } from "./spin-locks.ts"
import { checkTimer } from "./timers.ts"

/** One argument of a helper: its register's type first, then what its kind asks for. */
export function checkHelperArgument(walk: Walk, call: HelperCall, index: number): void {
  const argument = call.prototype.arguments[index]!
  const number = index + 1
  if (argument.kind === "variadic" || argument.kind === "unchecked") return
  const register = readRegister(walk, number)
  if (argument.kind === "anything") {
    if (!walk.privileges.perfmon && register.type !== TYPE.SCALAR)
      reject(walk, ERRNO.EACCES, `R${number} leaks addr into helper function`, "pointer-leak")
    return
  }
  if (isPacketPointer(register.type) && !mayAccessPacket(walk, "read", call.prototype.packetAccess))
    reject(walk, ERRNO.EACCES, "helper access to the packet is not allowed", "argument-type")
  const kind = argument.kind === "mapValue" ? mapValueKind(walk, call) : argument.kind
  const given = register.type === TYPE.SCALAR && isNull(register.scalar)
  // That it is null decides what is checked: other paths must bring null too.
  if (given && argument.nullable) markPrecise(walk, number)
  else {
    checkArgumentType(walk, number, register, {
      kind,
      nullable: argument.nullable ?? false,
      readOnly: argument.access === "read" || kind === "mapKey",
    })
    if (baseType(register.type) === TYPE.BTF_ID) checkBtfArgument(walk, call, argument, number, register)
    checkOffset(walk, number, register, argument)
  }
  if (argument.release) {
    if (argument.kind === "dynptr") checkReleasedDynptr(walk, number, register)
    else if (!register.refId && !given)
      reject(walk, ERRNO.EINVAL, `R${number} must be referenced when passed to release function`, "release")
    call.releases = number
  }
  if (register.refId && argument.kind !== "kptrField") {
    if (call.refId)
      reject(
        walk,
        ERRNO.EFAULT,
        `verifier internal error: more than one arg with ref_obj_id R${number} ${register.refId} ${call.refId}`,
        "argument-type",
      )
    call.refId = register.refId
  }
  checkKind(walk, call, { ...argument, kind }, number, register)
}

function checkOffset(walk: Walk, number: number, register: Register, argument: HelperArgument): void {
  if (argument.release) {
    if (argument.kind === "dynptr" && register.type === TYPE.STACK) return
    if (register.off && walk.rules.trust)
      reject(
        walk,
        ERRNO.EINVAL,
        `R${number} must have zero offset when passed to release func or trusted arg to kfunc`,
        "release",
      )
    checkUnmoved(walk, number, register)
    return
  }
  checkArgumentOffset(walk, number, register)
}

function checkKind(
  walk: Walk,
  call: HelperCall,
  argument: HelperArgument,
  number: number,
  register: Register,
): void {
  const given = register.type === TYPE.SCALAR && isNull(register.scalar)
  const access = argument.access === "write" || argument.access === "uninit" ? "write" : "read"
  switch (argument.kind) {
    case "mapPointer":
      if (call.map && (call.map !== register.map || call.mapUid !== register.mapUid))
        reject(
          walk,
          ERRNO.EINVAL,
          `timer pointer in R1 map_uid=${call.mapUid} doesn't match map pointer in R2 map_uid=${register.mapUid}`,
          "argument-type",
        )
      call.map = register.map
      call.mapUid = register.mapUid
      return
    case "mapKey":
      if (!call.map) reject(walk, ERRNO.EACCES, "invalid map_ptr to access map->key", "map-helper")
      checkHelperMemory(walk, number, call.map.keySize, "read", false, undefined)
      return
    case "mapValue":
      if (argument.nullable && given) return
      if (!call.map) reject(walk, ERRNO.EACCES, "invalid map_ptr to access map->value", "map-helper")
      call.raw.wanted = argument.access === "uninit"
      checkHelperMemory(walk, number, call.map.valueSize, access, false, call.raw)
      return
    case "memory":
      call.raw.wanted = argument.access === "uninit"
      if (argument.size === undefined) return
      checkHelperMemory(walk, number, argument.size, access, false, call.raw)
      if (argument.aligned) checkAlignment(walk, register, 0, argument.size, true)
      return
    case "size":
    case "sizeOrZero": {
      const memory = call.prototype.arguments[number - 2]
      const how = memory?.access === "write" || memory?.access === "uninit" ? "write" : "read"
      checkMemorySize(walk, call, number, register, how, argument.kind === "sizeOrZero")
      return
    }
    case "allocationSize":
      if (!isKnown(register.scalar))
        reject(walk, ERRNO.EACCES, `R${number} is not a known constant'`, "argument-value")
      call.memorySize = Number(BigInt.asUintN(32, register.scalar.bits.value))
      markPrecise(walk, number)
      return
    case "constString":
      checkConstString(walk, number, register)
      return
    case "spinLock":
      checkSpinLock(walk, call, number, register)
      return
    case "timer":
      checkTimer(walk, call, number, register)
      return
    case "callback":
      call.callback = register.subprogram
      return
    case "dynptr":
      checkHelperDynptr(walk, argument, number, register)
      return
    case "kptrField":
      checkKptrField(walk, call, number, register)
      return
    case "perCpuVariable":
      if (!register.btfId)
        reject(walk, ERRNO.EACCES, `Helper has invalid btf_id in R${number}`, "argument-type")
      call.variable = { btf: register.btf!, id: register.btfId }
      return
    default:
      return
  }
}
