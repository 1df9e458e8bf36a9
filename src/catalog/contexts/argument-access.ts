import { lsmHook } from "../lsm-hooks.ts"
import { isSince } from "../releases.ts"
import type { LoadedValue } from "./layout.ts"
import { type ContextAnswer, type ContextQuestion, type ContextRule, invalid } from "./question.ts"
import type { FunctionArgument, FunctionSignature } from "./signature.ts"

const SCALAR = { kind: "scalar" } as const satisfies LoadedValue

/**
 * A load from the arguments of the kernel function that a tracing, lsm or struct_ops program stands on:
 * `bpf_tracing_btf_ctx_access` (include/linux/bpf.h) and `btf_ctx_access` (kernel/bpf/btf.c).
 */
export function argumentAccess(most: number, question: ContextQuestion): ContextAnswer {
  const { offset, size, access, programType, attachType, target } = question
  if (target === undefined)
    throw new TypeError(`context of ${programType}: it is the arguments of a function, pass it as \`target\``)
  const refuse = (rule: ContextRule, reason: string, ...log: string[]) =>
    invalid(question, rule, reason, undefined, log)
  // LSM programs go straight to btf_ctx_access, which asks neither for direction nor for range: they may even
  // write their copy of an argument (so measured on 6.1 and 6.12).
  if (programType !== "lsm") {
    if (offset < 0 || offset >= most * 8) return refuse("range", `a function has at most ${most} arguments`)
    if (access === "write") return refuse("readOnly", "arguments are only read")
    if (offset % size !== 0) return refuse("alignment", `offset ${offset} is not a multiple of ${size}`)
  }
  const function_ = `func '${target.name}'`
  if (offset % 8 !== 0)
    return refuse(
      "shape",
      "every argument is read from its first byte, at a multiple of 8",
      `${function_} offset ${offset} is not multiple of 8`,
    )
  const index = argumentAt(target, offset)
  const count = target.arguments.length
  const found =
    target.arguments[index] ??
    (index === count && seesResult(programType, attachType) ? target.result : undefined)
  if (found === undefined)
    return refuse(
      "target",
      `${target.name} has ${count} arguments`,
      `${function_} doesn't have ${index + 1}-th argument`,
    )
  // Came with 6.13, and into 6.12 with 6.12.6; before, part of a pointer counted as the pointer.
  const wholePointers = isSince("6.12", question.release)
  switch (found.kind) {
    case "scalar":
      return loaded(question, index, index === count ? resultValue(question) : SCALAR)
    case "unreadable":
      return refuse(
        "target",
        `${target.name} has there what is neither a number nor a pointer to a structure`,
        found.pointer
          ? size === 8 || !wholePointers
            ? `${function_} arg${index} type ${found.btfKind} is not a struct`
            : `${function_} size ${size} must be 8`
          : `${function_} arg${index} '${found.name}' has type ${found.btfKind}. Only pointer access is allowed`,
      )
    case "address":
    case "buffer":
    case "structure":
      if (size !== 8 && wholePointers)
        return refuse("shape", "a pointer is read whole", `${function_} size ${size} must be 8`)
      return found.kind === "address"
        ? loaded(question, index, SCALAR)
        : found.kind === "buffer"
          ? loaded(question, index, { kind: "buffer", readOnly: found.readOnly, orNull: true })
          : structurePointer(index, found, question)
    default:
      return found satisfies never
  }
}

function loaded(
  { access }: ContextQuestion,
  index: number,
  value: LoadedValue,
  log: readonly string[] = [],
): ContextAnswer {
  return {
    allowed: true,
    field: undefined,
    element: index,
    value: access === "read" ? value : undefined,
    log,
  }
}

/**
 * Arguments take eight bytes each, structures by value up to sixteen; the result follows. One more for what
 * lies beyond.
 */
function argumentAt(target: FunctionSignature, offset: number): number {
  const { arguments: list, result } = target
  if (offset < 0) return list.length + 1
  let at = 0
  for (const [index, argument] of [...list, ...(result ? [result] : [])].entries()) {
    at += argument.kind === "scalar" ? Math.ceil(argument.bytes / 8) * 8 : 8
    if (offset < at) return index
  }
  return list.length + 1
}

/** Programs that find the return value after the last argument. */
function seesResult(programType: string, attachType: string | undefined): boolean {
  if (programType === "lsm") return true
  return attachType === "trace_fexit" || attachType === "modify_return"
}

function resultValue({ programType, attachType, release }: ContextQuestion): LoadedValue {
  return programType === "lsm" && attachType === "lsm_mac" && isSince("6.12", release)
    ? { kind: "returnValue" }
    : SCALAR
}

function structurePointer(
  index: number,
  argument: Extract<FunctionArgument, { kind: "structure" }>,
  question: ContextQuestion,
): ContextAnswer {
  const { target, operations } = question
  // The congestion control's operations run on TCP sockets only: bpf_tcp_ca_is_valid_access.
  const name = operations === "tcp_congestion_ops" && argument.name === "sock" ? "tcp_sock" : argument.name
  const { orNull, memory } = argument
  const value = {
    kind: "structure",
    name,
    trusted: argument.trusted ?? isTrusted(question),
    orNull,
    memory,
  } as const
  // What an iterator or operation says of its argument is found before the log would name the type.
  const told = orNull && (question.attachType === "trace_iter" || question.programType === "struct_ops")
  const { keyword, btfId } = argument
  const line = `func '${target?.name}' arg${index} has btf_id ${btfId} type ${keyword} '${argument.name || "(anon)"}'`
  return loaded(question, index, value, told ? [] : [line])
}

/** Whose pointers kfuncs take: `prog_args_trusted` of kernel/bpf/btf.c. */
function isTrusted({ programType, attachType, target, release }: ContextQuestion): boolean {
  if (!isSince("6.2", release)) return false
  switch (programType) {
    case "struct_ops":
      return true
    case "lsm":
      return target !== undefined && lsmHook(target.name.replace(/^bpf_lsm_/, ""), release).trusted
    case "tracing":
      return attachType === "trace_raw_tp" || attachType === "trace_iter"
    default:
      return false
  }
}
