import { isNull, UNKNOWN } from "../domain/index.ts"
import { ERRNO, Rejection, reject } from "../reject.ts"
import type { Frame } from "../state/frame.ts"
import { cloneRegister, copyRegister, setPointer, setScalar } from "../state/register.ts"
import { FLAG, mayBeNull, TYPE } from "../state/register-type.ts"
import { currentFrame } from "../state/state.ts"
import { nextId, type Walk } from "../walk/walk.ts"
import { checkArgumentOffset, checkArgumentType } from "./argument-types.ts"
import { structsMatch } from "./btf-match.ts"
import { checkDynptr } from "./dynptrs/arguments.ts"
import { type GlobalArgument, prototypeOf } from "./global-arguments.ts"
import { checkHelperMemory } from "./helper-memory.ts"
import { markNotNull } from "./nullness.ts"

/** Arguments of a call to a global function must fit its prototype. */
export function checkGlobalCall(walk: Walk, index: number): void {
  const list = prototypeOf(walk, index)
  const { name } = walk.subprograms[index]!
  const invalid = (errno: number): never =>
    reject(
      walk,
      errno,
      `Caller passes invalid args into func#${index}${walk.rules.lazyGlobals ? ` ('${name}')` : ""}`,
      "global-function",
    )
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
  const refuse = (text: string): never => reject(walk, ERRNO.EINVAL, text, "global-function")
  const given = register.type === TYPE.SCALAR && isNull(register.scalar)
  switch (argument.kind) {
    case "scalar":
      if (register.type !== TYPE.SCALAR) refuse(`R${number} is not a scalar`)
      return
    case "context":
      checkArgumentOffset(walk, number, register)
      if (register.type !== TYPE.CTX) refuse(`arg#${place} expects pointer to ctx`)
      return
    case "memory": {
      if (given) {
        if (!argument.nullable) refuse(`arg#${place} is expected to be non-NULL`)
        return
      }
      checkArgumentOffset(walk, number, register)
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
        reject(walk, ERRNO.EACCES, `Possibly NULL pointer passed to helper arg${number}`, "global-function")
      const { btf } = walk.kernel
      if (!structsMatch(walk, register.btf!, register.btfId, register.off, btf, argument.type, false)) {
        const type = register.btf!.type(register.btfId)
        const name = "name" in type ? type.name : ""
        reject(
          walk,
          ERRNO.EACCES,
          `R${number} is of type ${name} but ${argument.name} is expected`,
          "global-function",
        )
      }
      checkArgumentOffset(walk, number, register)
      return
    }
    case "dynptr":
      if (register.type !== TYPE.STACK) checkArgumentOffset(walk, number, register)
      checkDynptr(walk, number, register, { how: "use", kind: undefined, cloneRefId: 0 })
      return
    case "arena":
      if (register.type !== TYPE.ARENA && register.type !== TYPE.SCALAR)
        refuse(`R${number} is not a pointer to arena or scalar.`)
      return
    default:
      argument satisfies never
  }
}

/** The registers with which a global function is walked for itself. */
export function fillArguments(walk: Walk, frame: Frame, list: readonly GlobalArgument[]): void {
  for (const [place, argument] of list.entries()) {
    const register = frame.registers[place + 1]!
    switch (argument.kind) {
      case "scalar":
        setScalar(register, UNKNOWN, !walk.privileges.bpf)
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
      case "dynptr":
        setPointer(register, TYPE.CONST_DYNPTR)
        register.dynptr = { kind: "local", first: true }
        register.id = nextId(walk)
        break
      case "arena":
        setScalar(register, UNKNOWN, !walk.privileges.bpf)
        break
      default:
        argument satisfies never
    }
  }
}
