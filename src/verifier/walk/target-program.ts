import { signatureOf } from "../facts/signature.ts"
import type { AttachTarget, Extension, VerifierKernel, VerifierProgram } from "../program.ts"
import { isContextStruct, kernelContextOf } from "../rules/context-types.ts"
import { prototypeOf } from "../rules/global-arguments.ts"
import { newWalk } from "./new-walk.ts"
import { findSubprograms } from "./subprograms.ts"
import type { Walk } from "./walk.ts"

/** What a function takes whose types do not say it: all registers of arguments. */
const MOST_ARGUMENTS = 5

/**
 * A program of type ext has the context, helpers and results of the program whose function it replaces; one of type tracing
 * that stands on a program has the arguments of the function there.
 */
export function inPlaceOf(program: VerifierProgram, kernel: VerifierKernel): VerifierProgram {
  const { extension } = program
  if (!extension) return program
  if (!extension.replaces) return { ...program, target: tracedFunction(extension, kernel) }
  const { type, attachType, target } = inPlaceOf(extension.program, kernel)
  return { ...program, type, attachType, target }
}

/**
 * A function of another program as a tracing program sees it: the context there is the kernel's own structure. Where types
 * do not say how it is called, it is five registers (`bpf_check_attach_target`, `btf_ctx_access`). Undefined where there is
 * no such function.
 */
export function tracedFunction(
  { program, function: name }: Pick<Extension, "program" | "function">,
  kernel: VerifierKernel,
): AttachTarget | undefined {
  const { btf, funcInfo } = program
  const target = walkOfTarget(program, kernel)
  const index = target.subprograms.findIndex(each => each.name === name)
  const info = funcInfo.find(each => each.at === target.subprograms[index]?.start)
  const type = info && btf?.typeOf(info.type, "func")?.type
  const declared = btf && type !== undefined ? signatureOf(btf, type, name) : undefined
  if (!declared) return undefined
  const common = { hook: name, operations: undefined, refusal: undefined }
  const word = { kind: "scalar", bytes: 8 } as const
  if (isUnreliable(target, index, program)) {
    const signature = { name, arguments: Array(MOST_ARGUMENTS).fill(word), result: word }
    return { ...common, signature, returnsVoid: false }
  }
  const own = kernelContextOf(target)
  const btfId = own === undefined ? undefined : kernel.btf.find(own, "struct")
  const signature = {
    ...declared,
    arguments: declared.arguments.map(argument => {
      if (argument.kind !== "structure") return argument
      if (own !== undefined && btfId !== undefined && isContextStruct(target, argument.name))
        return { ...argument, name: own, btfId, keyword: "STRUCT" as const }
      const { keyword, name } = argument
      return { kind: "unreadable" as const, pointer: true, btfKind: keyword, name }
    }),
  }
  return { ...common, signature, returnsVoid: signature.result === undefined }
}

/** A target as far as its functions are known. */
export function walkOfTarget(program: VerifierProgram, kernel: VerifierKernel): Walk {
  const target = newWalk(inPlaceOf(program, kernel), kernel, {})
  findSubprograms(target)
  return target
}

/** A function whose types in BTF do not say how it is called. */
export function isUnreliable(target: Walk, index: number, { type }: VerifierProgram): boolean {
  const list = prototypeOf(target, index)
  if (list === "invalid") return true
  // What one of type ext takes is for the function to say that it replaces.
  return index === 0 && type !== "ext" && (list.length !== 1 || list[0]!.kind !== "context")
}
