import { type TypeId, VOID } from "../../../btf/index.ts"
import { isKnown, isNull } from "../../domain/index.ts"
import { ERRNO, Rejection, reject, unsupported } from "../../reject.ts"
import { markPrecise } from "../../state/precision.ts"
import { cloneRegister, copyRegister, type Register } from "../../state/register.ts"
import { baseType, FLAG, mayBeNull, TYPE, typeName } from "../../state/register-type.ts"
import { currentFrame } from "../../state/state.ts"
import type { Walk } from "../../walk/walk.ts"
import { mayBeMoved } from "../argument-types.ts"
import { structsMatch, writeMismatch } from "../btf-match.ts"
import { checkUnmoved } from "../context.ts"
import { checkHelperMemory, checkMemorySize } from "../helper-memory.ts"
import { checkIteratorArgument } from "../iterators.ts"
import { markNotNull } from "../nullness.ts"
import { readRegister } from "../register-access.ts"
import { isRcuProtected, isTrusted } from "../trust.ts"
import { kindText, OWN_STRUCTS, pointerKind } from "./argument-kinds.ts"
import { hasSuffix, type KfuncCall } from "./kfunc.ts"

/** Every argument of a kfunc: numbers, constants, and pointers by what they point to. */
export function checkKfuncArguments(walk: Walk, call: KfuncCall): void {
  const { btf, prototype, name } = call.kfunc
  const { params } = prototype
  for (let index = 0; index < params.length; index++) {
    const param = params[index]!
    const number = index + 1
    if (hasSuffix(param, "__ign")) continue
    const register = readRegister(walk, number)
    const type = btf.resolve(param.type)
    const kind = type === VOID ? "void" : btf.kindOf(type)
    if (kind === "int" || kind === "enum" || kind === "enum64") checkNumber(walk, call, index, register)
    else if (kind === "ptr") {
      const target = btf.resolve(btf.typeOf(type, "ptr")!.type)
      if (checkPointer(walk, call, index, target, register)) index++
    } else unsupported(`arguments of kind ${kind} of kfunc ${name}`)
  }
  if (call.kfunc.has("release") && !call.releases)
    reject(walk, ERRNO.EINVAL, `release kernel function ${name} expects refcounted PTR_TO_BTF_ID`, "release")
}

function checkNumber(walk: Walk, call: KfuncCall, index: number, register: Register): void {
  const param = call.kfunc.prototype.params[index]
  const number = index + 1
  if (register.type !== TYPE.SCALAR) reject(walk, ERRNO.EINVAL, `R${number} is not a scalar`, "argument-type")
  if (hasSuffix(param, "rdonly_buf_size") || hasSuffix(param, "rdwr_buf_size"))
    unsupported(`buffers that kfunc ${call.kfunc.name} returns`)
  if (!hasSuffix(param, "__k")) return
  if (!isKnown(register.scalar))
    reject(walk, ERRNO.EINVAL, `R${number} must be a known constant`, "argument-value")
  markPrecise(walk, number)
  call.constant = register.scalar.bits.value
}

/** True when the next argument was this one's size, and is checked with it. */
function checkPointer(
  walk: Walk,
  call: KfuncCall,
  index: number,
  target: TypeId,
  register: Register,
): boolean {
  const { kfunc } = call
  const { params } = kfunc.prototype
  const number = index + 1
  const given = register.type === TYPE.SCALAR && isNull(register.scalar)
  const vouched = kfunc.has("trustedArgs") || kfunc.has("rcu")
  if (vouched && (given || mayBeNull(register.type)) && !hasSuffix(params[index], "__nullable"))
    reject(walk, ERRNO.EACCES, `Possibly NULL pointer passed to trusted arg${index}`, "null-argument")
  if (register.refId) {
    call.refId = register.refId
    if (kfunc.has("release")) call.releases = number
  }
  const next = currentFrame(walk.state).registers[number + 1]
  const { kind } = pointerKind(walk, kfunc, index, target, register, next)
  if (kind === "nothing") return false
  if (kind === "object" && vouched && !isTrusted(register)) {
    if (!kfunc.has("rcu")) reject(walk, ERRNO.EINVAL, `R${number} must be referenced or trusted`, "trust")
    if (!isRcuProtected(register)) reject(walk, ERRNO.EINVAL, `R${number} must be a rcu pointer`, "trust")
  }
  checkOffset(walk, number, register, kfunc.has("release") && register.refId !== 0)
  switch (kind) {
    case "context":
      if (register.type !== TYPE.CTX)
        reject(
          walk,
          ERRNO.EINVAL,
          `arg#${index} expected pointer to ctx, but got ${typeName(register.type)}`,
          "argument-type",
        )
      return false
    case "object":
      checkObject(walk, call, index, target, register)
      return false
    case "iterator":
      call.iterator = checkIteratorArgument(walk, kfunc, index, target, register)
      return false
    case "memory":
      if (target === VOID) unsupported(`memory of unknown size of kfunc ${kfunc.name}`)
      checkMemory(walk, number, register, kfunc.btf.sizeOf(target))
      return false
    case "sizedMemory":
      checkSizedMemory(walk, call, index, register)
      return true
    default:
      return kind satisfies never
  }
}

function checkOffset(walk: Walk, number: number, register: Register, releases: boolean): void {
  if (releases) {
    if (register.off)
      reject(
        walk,
        ERRNO.EINVAL,
        `R${number} must have zero offset when passed to release func or trusted arg to kfunc`,
        "trust",
      )
    checkUnmoved(walk, number, register)
  } else if (!mayBeMoved(register.type))
    checkUnmoved(walk, number, register, baseType(register.type) === TYPE.BTF_ID)
}

/** Marks that make a pointer unsafe to hand on. */
const UNSAFE = ~0xff & ~(FLAG.TRUSTED | FLAG.NON_OWNING | FLAG.ALLOCATED)

function checkObject(walk: Walk, call: KfuncCall, index: number, target: TypeId, register: Register): void {
  const { btf, name } = call.kfunc
  const number = index + 1
  const base = baseType(register.type)
  const isBtf = base === TYPE.BTF_ID
  if (isBtf && register.type & UNSAFE && !isRcuProtected(register))
    reject(
      walk,
      ERRNO.EINVAL,
      `arg#${index} is ${typeName(register.type)} expected ${typeName(TYPE.BTF_ID | (register.type & (FLAG.TRUSTED | FLAG.RCU)))} or socket`,
      "argument-type",
    )
  const givenBtf = isBtf ? register.btf! : walk.kernel.btf
  const givenId = isBtf ? register.btfId : walk.kernel.btf.find(OWN_STRUCTS[base]!, "struct")
  if (givenId === undefined) unsupported(`kernels without struct ${OWN_STRUCTS[base]}`)
  const strict = call.kfunc.has("release") && register.refId !== 0
  if (structsMatch(givenBtf, givenId, register.off, btf, target, strict)) return
  if (!strict) writeMismatch(walk, givenBtf, givenId, register.off)
  const nameOf = (type: ReturnType<typeof btf.type>) => ("name" in type ? type.name : "")
  reject(
    walk,
    ERRNO.EINVAL,
    `kernel function ${name} args#${index} expected pointer to ${kindText(btf, target)} ${nameOf(btf.type(target))} but R${number} has a pointer to ${kindText(givenBtf, givenId as TypeId)} ${nameOf(givenBtf.type(givenId))}`,
    "argument-type",
  )
}

/** Memory of the size of its type, which the kernel may read and write. */
function checkMemory(walk: Walk, number: number, register: Register, size: number): void {
  if (register.type === TYPE.SCALAR && isNull(register.scalar)) return
  const saved = cloneRegister(register)
  if (mayBeNull(register.type)) markNotNull(register)
  checkHelperMemory(walk, number, size, "read", true, undefined)
  checkHelperMemory(walk, number, size, "write", true, undefined)
  copyRegister(register, saved)
}

function checkSizedMemory(walk: Walk, call: KfuncCall, index: number, register: Register): void {
  const { params } = call.kfunc.prototype
  const number = index + 2
  const size = readRegister(walk, number)
  const given = register.type === TYPE.SCALAR && isNull(register.scalar)
  if (!(given && hasSuffix(params[index], "__opt"))) {
    try {
      const saved = cloneRegister(register)
      if (mayBeNull(register.type)) markNotNull(register)
      const learned = { raw: { register: 0, size: 0, wanted: false }, mostBytes: 0n }
      checkMemorySize(walk, learned, number, size, "read", true)
      checkMemorySize(walk, learned, number, size, "write", true)
      copyRegister(register, saved)
    } catch (error) {
      if (!(error instanceof Rejection)) throw error
      reject(
        walk,
        error.errno,
        `arg#${index} arg#${index + 1} memory, len pair leads to invalid memory access`,
        "memory-size",
      )
    }
  }
  if (!hasSuffix(params[index + 1], "__szk")) return
  if (!isKnown(size.scalar))
    reject(walk, ERRNO.EINVAL, `R${number} must be a known constant`, "argument-value")
  call.constant = size.scalar.bits.value
}
