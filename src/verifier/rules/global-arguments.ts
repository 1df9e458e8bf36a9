import { type BtfKind, type BtfTypeOf, type TypeId, VOID } from "../../btf/index.ts"
import { isNull, UNKNOWN } from "../domain/index.ts"
import { ERRNO, Rejection, reject, unsupported } from "../reject.ts"
import type { Frame } from "../state/frame.ts"
import { cloneRegister, copyRegister, setPointer, setScalar } from "../state/register.ts"
import { FLAG, mayBeNull, TYPE } from "../state/register-type.ts"
import { currentFrame } from "../state/state.ts"
import { nextId, type Walk } from "../walk/walk.ts"
import { checkArgumentType, mayBeMoved } from "./argument-types.ts"
import { structsMatch } from "./btf-match.ts"
import { checkUnmoved } from "./context.ts"
import { isContextType } from "./context-types.ts"
import { checkHelperMemory } from "./helper-memory.ts"
import { markNotNull } from "./nullness.ts"

/** One argument of a function that is checked for itself, from its BTF prototype and declaration tags. */
export type GlobalArgument =
  | { readonly kind: "scalar" | "context" | "dynptr" }
  | { readonly kind: "memory"; readonly size: number; readonly nullable: boolean }
  | {
      readonly kind: "kernelObject"
      readonly type: TypeId
      readonly name: string
      readonly nullable: boolean
    }

const MOST_ARGUMENTS = 5

/** Reads a function's prototype once; complaints go to the log, and what cannot be read is "invalid". */
export function prototypeOf(walk: Walk, index: number): readonly GlobalArgument[] | "invalid" {
  const subprogram = walk.subprograms[index]!
  if (subprogram.arguments !== undefined) return subprogram.arguments
  const found = readPrototype(walk, index)
  if (found !== "invalid") subprogram.arguments = found
  return found
}

function readPrototype(walk: Walk, index: number): readonly GlobalArgument[] | "invalid" {
  const { log, program, subprograms } = walk
  const subprogram = subprograms[index]!
  const { btf } = program
  const info = program.funcInfo.find(each => each.at === subprogram.start)
  const function_ = info && btf?.typeOf(info.type, "func")
  const prototype = function_ && btf?.typeOf(function_.type, "func_proto")
  if (!btf || !info || !function_ || !prototype) return "invalid"
  const { global } = subprogram
  const fail = (text: string): "invalid" => {
    if (global) log.line(text)
    return "invalid"
  }
  const { name } = function_
  if (prototype.params.length > MOST_ARGUMENTS)
    return fail(
      `Global function ${name}() with ${prototype.params.length} > ${MOST_ARGUMENTS} args. Buggy compiler.`,
    )
  const result = prototype.returns === VOID ? "void" : btf.kindOf(btf.resolve(prototype.returns))
  if (result !== "int" && result !== "enum" && result !== "enum64")
    return fail(`Global function ${name}() doesn't return scalar. Only those are supported.`)
  const list: GlobalArgument[] = []
  for (const [place, param] of prototype.params.entries()) {
    const argument = readArgument(walk, info.type, place, param.type, global, name)
    if (argument === "invalid") return "invalid"
    list.push(argument)
  }
  return list
}

function readArgument(
  walk: Walk,
  function_: TypeId,
  place: number,
  type: TypeId,
  global: boolean,
  name: string,
): GlobalArgument | "invalid" {
  const { log } = walk
  const btf = walk.program.btf!
  const tags = argumentTags(walk, function_, place)
  if (tags.size > 0 && !global) {
    log.line(`arg#${place} type tag is not supported in static functions`)
    return "invalid"
  }
  const id = btf.resolve(type)
  const kind = id === VOID ? "void" : btf.kindOf(id)
  if (kind === "ptr") {
    const pointer = btf.typeOf(id, "ptr")!
    const target = btf.resolve(pointer.type)
    if (tags.has("ctx") || isContextType(walk, pointer.type)) return { kind: "context" }
    const struct = target === VOID ? undefined : btf.typeOf(target, "struct")
    if (struct?.name === "bpf_dynptr") return { kind: "dynptr" }
    if (tags.has("trusted")) return trustedArgument(walk, place, struct?.name ?? "", tags.has("nullable"))
    if (tags.has("arena")) unsupported("arguments in an arena")
    if (!global) return "invalid"
    if (tags.has("nullable")) {
      log.line(`arg#${place} marked as nullable is not supported for memory`)
      return "invalid"
    }
    const size = sizeOrUndefined(walk, target)
    if (size === undefined) {
      const described =
        target === VOID ? "UNKNOWN " : `${btf.kindOf(target).toUpperCase()} ${nameOf(walk, target)}`
      log.line(`arg#${place} reference type('${described}') size cannot be determined: -22`)
      return "invalid"
    }
    return { kind: "memory", size, nullable: !tags.has("nonnull") }
  }
  if (tags.size > 0) {
    log.line(`arg#${place} has non-pointer type, but is marked with a tag`)
    return "invalid"
  }
  if (kind === "int" || kind === "enum" || kind === "enum64") return { kind: "scalar" }
  if (global) log.line(`Arg#${place} type ${kind.toUpperCase()} in ${name}() is not supported yet.`)
  return "invalid"
}

function nameOf(walk: Walk, id: TypeId): string {
  const type = walk.program.btf!.type(id)
  return "name" in type ? type.name : ""
}

const SIZED: ReadonlySet<BtfKind> = new Set([
  "int",
  "ptr",
  "struct",
  "union",
  "enum",
  "enum64",
  "array",
  "float",
])

function sizeOrUndefined(walk: Walk, id: TypeId): number | undefined {
  const btf = walk.program.btf!
  if (id === VOID) return undefined
  const kind = btf.kindOf(id)
  return kind !== "void" && SIZED.has(kind) ? btf.sizeOf(id) : undefined
}

function trustedArgument(
  walk: Walk,
  place: number,
  local: string,
  nullable: boolean,
): GlobalArgument | "invalid" {
  const name = local.replace(/___.*$/, "")
  const type = walk.kernel.btf.find(name, "struct")
  if (type === undefined) {
    walk.log.line(`arg#${place} reference type('STRUCT ${local}') not found in kernel BTF`)
    return "invalid"
  }
  return { kind: "kernelObject", type, name, nullable }
}

/** What `__arg_nonnull` and its like say: declaration tags "arg:…" of the function's parameter. */
function argumentTags(walk: Walk, function_: TypeId, place: number): ReadonlySet<string> {
  const btf = walk.program.btf!
  const found = new Set<string>()
  for (const id of btf.ids()) {
    if (btf.kindOf(id) !== "decl_tag") continue
    const tag = btf.type(id) as BtfTypeOf<"decl_tag">
    if (tag.type === function_ && tag.component === place && tag.name.startsWith("arg:"))
      found.add(tag.name.slice(4))
  }
  return found
}

/** Arguments of a call to a global function must fit its prototype. */
export function checkGlobalCall(walk: Walk, index: number): void {
  const list = prototypeOf(walk, index)
  const { name } = walk.subprograms[index]!
  const invalid = (errno: number): never =>
    reject(walk, errno, `Caller passes invalid args into func#${index} ('${name}')`)
  if (list === "invalid") {
    invalid(ERRNO.EINVAL)
    return
  }
  try {
    list.forEach((argument, place) => {
      checkPassed(walk, argument, place)
    })
  } catch (error) {
    if (error instanceof Rejection) invalid(error.errno)
    throw error
  }
}

function checkPassed(walk: Walk, argument: GlobalArgument, place: number): void {
  const number = place + 1
  const register = currentFrame(walk.state).registers[number]!
  const refuse = (text: string): never => reject(walk, ERRNO.EINVAL, text)
  const given = register.type === TYPE.SCALAR && isNull(register.scalar)
  switch (argument.kind) {
    case "scalar":
      if (register.type !== TYPE.SCALAR) refuse(`R${number} is not a scalar`)
      return
    case "context":
      if (!mayBeMoved(register.type)) checkUnmoved(walk, number, register)
      if (register.type !== TYPE.CTX) refuse(`arg#${place} expects pointer to ctx`)
      return
    case "memory": {
      if (given) {
        if (!argument.nullable) refuse(`arg#${place} is expected to be non-NULL`)
        return
      }
      if (!mayBeMoved(register.type)) checkUnmoved(walk, number, register)
      const saved = cloneRegister(register)
      if (mayBeNull(register.type)) markNotNull(register)
      checkHelperMemory(walk, number, argument.size, "read", true, undefined)
      checkHelperMemory(walk, number, argument.size, "write", true, undefined)
      copyRegister(register, saved)
      if (!argument.nullable && mayBeNull(register.type)) refuse(`arg#${place} is expected to be non-NULL`)
      return
    }
    case "kernelObject": {
      if (given && argument.nullable) return
      checkArgumentType(walk, number, register, {
        kind: "btfPointer",
        nullable: argument.nullable,
        readOnly: false,
      })
      if (mayBeNull(register.type) && !argument.nullable)
        reject(walk, ERRNO.EACCES, `Possibly NULL pointer passed to helper arg${number}`)
      const { btf } = walk.kernel
      if (!structsMatch(register.btf!, register.btfId, register.off, btf, argument.type, false)) {
        const type = register.btf!.type(register.btfId)
        const name = "name" in type ? type.name : ""
        reject(walk, ERRNO.EACCES, `R${number} is of type ${name} but ${argument.name} is expected`)
      }
      checkUnmoved(walk, number, register, true)
      return
    }
    default:
      unsupported("dynptrs as arguments of global functions")
  }
}

/** The registers with which a global function is walked for itself. */
export function fillArguments(walk: Walk, frame: Frame, list: readonly GlobalArgument[]): void {
  for (const [place, argument] of list.entries()) {
    const register = frame.registers[place + 1]!
    switch (argument.kind) {
      case "scalar":
        setScalar(register, UNKNOWN, !walk.privileged)
        break
      case "context":
        setPointer(register, TYPE.CTX)
        break
      case "memory":
        setPointer(register, TYPE.MEM | (argument.nullable ? FLAG.MAYBE_NULL : 0))
        register.range = argument.size
        register.id = nextId(walk)
        break
      case "kernelObject":
        setPointer(register, TYPE.BTF_ID | FLAG.TRUSTED | (argument.nullable ? FLAG.MAYBE_NULL : 0))
        register.btf = walk.kernel.btf
        register.btfId = argument.type
        register.id = nextId(walk)
        break
      default:
        unsupported("dynptrs as arguments of global functions")
    }
  }
}
