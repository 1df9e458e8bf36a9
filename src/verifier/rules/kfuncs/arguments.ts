import { type TypeId, VOID } from "../../../btf/index.ts"
import { isKnown, isNull } from "../../domain/index.ts"
import { ERRNO, Rejection, reject } from "../../reject.ts"
import type { Rule } from "../../rule.ts"
import { markPrecise } from "../../state/precision.ts"
import { cloneRegister, copyRegister, type Register } from "../../state/register.ts"
import { mayBeNull, TYPE, typeName } from "../../state/register-type.ts"
import { currentFrame } from "../../state/state.ts"
import type { Walk } from "../../walk/walk.ts"
import { checkArgumentOffset } from "../argument-types.ts"
import { checkConstString } from "../const-string.ts"
import { checkUnmoved } from "../context.ts"
import { checkNode, checkRoot } from "../graphs/root.ts"
import { checkHelperMemory, checkMemorySize } from "../helper-memory.ts"
import { checkIteratorArgument } from "../iterators.ts"
import { markNotNull } from "../nullness.ts"
import { readRegister } from "../register-access.ts"
import { isRcuProtected, isTrusted } from "../trust.ts"
import { checkWorkqueue, checkWorkqueueMap } from "../workqueues.ts"
import { pointerKind } from "./argument-kinds.ts"
import { checkKfuncDynptr } from "./dynptr-arguments.ts"
import { hasSuffix, type Kfunc, type KfuncCall } from "./kfunc.ts"
import {
  checkAllocated,
  checkCounted,
  checkInsertable,
  checkObject,
  checkRemovable,
} from "./object-arguments.ts"

/** Every argument of a kfunc: numbers, constants, and pointers by what they point to. */
export function checkKfuncArguments(walk: Walk, call: KfuncCall): void {
  const { btf, prototype, name } = call.kfunc
  const { params } = prototype
  for (let index = 0; index < params.length; index++) {
    const param = params[index]!
    if (hasSuffix(param, "__ign")) continue
    const register = readRegister(walk, index + 1)
    const type = btf.resolve(param.type)
    const kind = type === VOID ? "void" : btf.kindOf(type)
    if (kind === "int" || kind === "enum" || kind === "enum64") checkNumber(walk, call, index, register)
    else if (kind === "ptr") {
      const target = btf.resolve(btf.typeOf(type, "ptr")!.type)
      if (checkPointer(walk, call, index, target, register)) index++
    } else reject(walk, ERRNO.EINVAL, `Unrecognized arg#${index} type ${kind.toUpperCase()}`, "argument-type")
  }
  if (call.kfunc.has("release") && !call.releases)
    reject(walk, ERRNO.EINVAL, `release kernel function ${name} expects refcounted PTR_TO_BTF_ID`, "release")
}

const MOST_SIZE = 0xffff_ffffn

function checkNumber(walk: Walk, call: KfuncCall, index: number, register: Register): void {
  const param = call.kfunc.prototype.params[index]
  const number = index + 1
  if (register.type !== TYPE.SCALAR) reject(walk, ERRNO.EINVAL, `R${number} is not a scalar`, "argument-type")
  if (hasSuffix(param, "__k")) {
    if (!isKnown(register.scalar))
      reject(walk, ERRNO.EINVAL, `R${number} must be a known constant`, "argument-value")
    markPrecise(walk, number)
    call.constant = register.scalar.bits.value
    return
  }
  if (param?.name !== "rdonly_buf_size" && param?.name !== "rdwr_buf_size") return
  if (param.name === "rdonly_buf_size") call.resultReadOnly = true
  if (call.resultSize)
    reject(walk, ERRNO.EINVAL, "2 or more rdonly/rdwr_buf_size parameters for kfunc", "memory-size")
  if (!isKnown(register.scalar)) reject(walk, ERRNO.EINVAL, `R${number} is not a const`, "memory-size")
  const { value } = register.scalar.bits
  if (value > MOST_SIZE)
    reject(walk, ERRNO.EINVAL, `R${number} rdonly/rdwr_buf_size exceeds u32 max`, "memory-size")
  call.resultSize = Number(value)
  markPrecise(walk, number)
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
  const refuse = (message: string, rule: Rule = "argument-type"): never =>
    reject(walk, ERRNO.EINVAL, message, rule)
  const given = register.type === TYPE.SCALAR && isNull(register.scalar)
  const vouched = kfunc.has("trustedArgs") || kfunc.has("rcu")
  if (
    walk.rules.trust &&
    vouched &&
    (given || mayBeNull(register.type)) &&
    !hasSuffix(params[index], "__nullable")
  )
    reject(walk, ERRNO.EACCES, `Possibly NULL pointer passed to trusted arg${index}`, "null-argument")
  if (register.refId) {
    if (kfunc.has("release") && call.refId)
      reject(
        walk,
        ERRNO.EFAULT,
        `verifier internal error: more than one arg with ref_obj_id R${number} ${register.refId} ${call.refId}`,
        "argument-type",
      )
    call.refId = register.refId
    if (kfunc.has("release")) call.releases = number
  }
  const next = currentFrame(walk.state).registers[number + 1]
  const kind = pointerKind(walk, kfunc, index, target, register, next)
  if (kind === "nothing") return false
  if (kind === "map") checkWorkqueueMap(walk, call, number, register)
  if (vouched && (kind === "object" || kind === "map" || kind === "allocated") && !isTrusted(register)) {
    if (!kfunc.has("rcu")) refuse(`R${number} must be referenced or trusted`, "trust")
    if (!isRcuProtected(register)) refuse(`R${number} must be a rcu pointer`, "trust")
  }
  checkOffset(walk, number, register, kfunc.has("release") && register.refId !== 0)
  switch (kind) {
    case "context":
      if (register.type !== TYPE.CTX)
        refuse(`arg#${index} expected pointer to ctx, but got ${typeName(register.type)}`)
      return false
    case "allocated":
      checkAllocated(walk, call, index, register)
      return false
    case "counted":
      checkCounted(walk, call, index, register)
      return false
    case "dynptr":
      checkKfuncDynptr(walk, call, index, register)
      return false
    case "iterator":
      call.iterator = checkIteratorArgument(walk, call, index, target, register)
      return false
    case "listHead":
    case "treeRoot":
      call.root = checkRoot(walk, number, register, kind)
      return false
    case "listNode":
    case "treeNode":
      if (kfunc.name === "bpf_rbtree_remove") checkRemovable(walk, register)
      else checkInsertable(walk, index, register)
      checkNode(walk, number, register, call.root!)
      call.object = { btf: register.btf!, id: register.btfId }
      return false
    case "constString":
      if (register.type !== TYPE.MAP_VALUE) refuse(`arg#${index} doesn't point to a const string`)
      checkConstString(walk, number, register)
      return false
    case "map":
    case "object":
      checkObject(walk, call, index, kind === "map" ? mapType(kfunc) : target, register)
      return false
    case "workqueue":
      checkWorkqueue(walk, call, index, register)
      return false
    case "callback":
      if (register.type !== TYPE.FUNC) refuse(`arg${index} expected pointer to func`)
      call.callback = register.subprogram
      return false
    case "memory":
      checkMemory(walk, number, register, kfunc.btf.sizeOf(target))
      return false
    case "sizedMemory":
      checkSizedMemory(walk, call, index, register)
      return true
    default:
      return kind satisfies never
  }
}

function mapType({ btf }: Kfunc): TypeId {
  return btf.find("bpf_map", "struct")!
}

function checkOffset(walk: Walk, number: number, register: Register, releases: boolean): void {
  if (!releases) {
    checkArgumentOffset(walk, number, register)
    return
  }
  if (register.off)
    reject(
      walk,
      ERRNO.EINVAL,
      `R${number} must have zero offset when passed to release func or trusted arg to kfunc`,
      "trust",
    )
  checkUnmoved(walk, number, register)
}

/** Memory of the size of its type, which the kernel may read and write. */
function checkMemory(walk: Walk, number: number, register: Register, size: number): void {
  if (register.type === TYPE.SCALAR && isNull(register.scalar)) return
  asIfNotNull(register, () => {
    checkHelperMemory(walk, number, size, "read", true, undefined)
    checkHelperMemory(walk, number, size, "write", true, undefined)
  })
}

/** The check does not change what is known of a register. */
function asIfNotNull(register: Register, check: () => void): void {
  const saved = mayBeNull(register.type) ? cloneRegister(register) : undefined
  if (saved) markNotNull(register)
  check()
  if (saved) copyRegister(register, saved)
}

function checkSizedMemory(walk: Walk, call: KfuncCall, index: number, register: Register): void {
  const { params } = call.kfunc.prototype
  const number = index + 2
  const size = readRegister(walk, number)
  const given = register.type === TYPE.SCALAR && isNull(register.scalar)
  if (!(given && hasSuffix(params[index], "__opt"))) {
    try {
      asIfNotNull(register, () => {
        const learned = { raw: { register: 0, size: 0, wanted: false }, mostBytes: 0n }
        checkMemorySize(walk, learned, number, size, "read", true)
        checkMemorySize(walk, learned, number, size, "write", true)
      })
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
