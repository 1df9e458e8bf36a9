import { returnRule } from "../../catalog/details.ts"
import { type Scalar, type Tnum, tnum, U64_MAX } from "../domain/index.ts"
import { tnumText } from "../log/tnum-text.ts"
import { ERRNO, reject } from "../reject.ts"
import type { ReturnRange } from "../state/frame.ts"
import { markPrecise } from "../state/precision.ts"
import type { Register } from "../state/register.ts"
import { TYPE, typeName } from "../state/register-type.ts"
import type { Walk } from "../walk/walk.ts"
import { readRegister } from "./register-access.ts"

function ruleOf({ program, kernel }: Walk) {
  const { target } = program
  return returnRule({
    programType: program.type,
    attachType: program.attachType,
    release: kernel.release,
    target: target && { name: target.signature.name, isVoid: target.returnsVoid },
  })
}

/** The range that the program's type asks for; undefined where any number passes. */
export function returnRange(walk: Walk): ReturnRange | undefined {
  const rule = ruleOf(walk)
  return rule.kind === "range" ? { min: rule.minimum, max: rule.maximum } : undefined
}

/** What r0 must hold when a program, a global function or an asynchronous callback ends. */
export function checkReturnValue(walk: Walk): void {
  checkResult(walk, 0)
}

/** What is thrown becomes the program's result, where no function of its own catches it. */
export function checkThrownValue(walk: Walk): void {
  checkResult(walk, 1)
}

function checkResult(walk: Walk, number: number): void {
  const frame = walk.state.frames[0]!
  const isProgram = frame.subprogram === 0 || frame.subprogram === walk.exceptionCallback
  const rule = ruleOf(walk)
  if (isProgram && rule.kind === "nothing") return
  const result = readRegister(walk, number)
  if (!walk.privileges.perfmon && result.type !== TYPE.SCALAR)
    reject(walk, ERRNO.EACCES, `R${number} leaks addr as return value`, "pointer-leak")
  if (frame.inAsyncCallback) {
    enforce(walk, number, result, { min: 0, max: 0 }, false, "At async callback return")
    return
  }
  if (!isProgram) {
    if (result.type !== TYPE.SCALAR)
      reject(
        walk,
        ERRNO.EINVAL,
        `At subprogram exit the register R${number} is not a scalar value (${typeName(result.type)})`,
        "return-value",
      )
    return
  }
  if (rule.kind === "range")
    enforce(
      walk,
      number,
      result,
      { min: rule.minimum, max: rule.maximum },
      rule.bits === 32,
      "At program exit",
    )
}

function enforce(
  walk: Walk,
  number: number,
  { type, scalar }: Register,
  range: ReturnRange,
  narrow: boolean,
  when: string,
): void {
  if (type !== TYPE.SCALAR)
    reject(
      walk,
      ERRNO.EINVAL,
      `${when} the register R${number} is not a known value (${typeName(type)})`,
      "return-value",
    )
  if (walk.rules.returnRanges) markPrecise(walk, number)
  if (isInside(walk, scalar, range, narrow)) return
  const message = describeOutside(walk, scalar, range, when, number)
  const { type: program, attachType, target } = walk.program
  if (
    walk.state.frames[0]!.subprogram !== 0 ||
    program !== "lsm" ||
    attachType !== "lsm_cgroup" ||
    !target?.returnsVoid
  )
    reject(walk, ERRNO.EINVAL, message, "return-value")
  walk.log.line(message)
  reject(
    walk,
    ERRNO.EINVAL,
    "Note, BPF_LSM_CGROUP that attach to void LSM hooks can't modify return value!",
    "return-value",
  )
}

/** Of callbacks: refuses what lies outside of the range. */
export function checkWithin(
  walk: Walk,
  number: number,
  scalar: Scalar,
  range: ReturnRange,
  narrow: boolean,
  when: string,
): void {
  if (!isInside(walk, scalar, range, narrow))
    reject(walk, ERRNO.EINVAL, describeOutside(walk, scalar, range, when, number), "return-value")
}

/** Before 6.8 the bits decided, of the smallest power of two that holds the range. */
function isInside({ rules }: Walk, scalar: Scalar, range: ReturnRange, narrow: boolean): boolean {
  if (rules.returnRanges) return isWithin(scalar, range, narrow)
  const { value, mask } = tnumOfRange(range)
  return (scalar.bits.mask & ~mask) === 0n && (scalar.bits.value & ~mask) === value
}

function describeOutside(
  walk: Walk,
  scalar: Scalar,
  range: ReturnRange,
  when: string,
  number: number,
): string {
  if (walk.rules.returnRanges) return outsideText(scalar, range, when, number)
  const { bits } = scalar
  const known = bits.mask === U64_MAX ? "has unknown scalar value" : `has value ${tnumText(walk, bits)}`
  return `${when} the register R${number} ${known} should have been in ${tnumText(walk, tnumOfRange(range))}`
}

function tnumOfRange({ min, max }: ReturnRange): Tnum {
  const delta = (1n << BigInt(32 - Math.clz32(min ^ max))) - 1n
  return tnum(BigInt.asUintN(64, BigInt(min)) & ~delta, delta)
}

export function isWithin(scalar: Scalar, { min, max }: ReturnRange, narrow: boolean): boolean {
  if (narrow) return min <= scalar.s32min && scalar.s32max <= max
  return min <= scalar.nearSmin && scalar.nearSmax <= max
}

export function outsideText(
  { smin, smax }: Scalar,
  { min, max }: ReturnRange,
  when: string,
  number = 0,
): string {
  const parts = [
    ...(smin > -(1n << 63n) ? [` smin=${smin}`] : []),
    ...(smax < (1n << 63n) - 1n ? [` smax=${smax}`] : []),
  ]
  const known = parts.length ? parts.join("") : " unknown scalar value"
  return `${when} the register R${number} has${known} should have been in [${min}, ${max}]`
}
