import { AttachError, errnoText, NotModelledError } from "../../base/index.ts"
import type { AttachPoint } from "../../kernel/index.ts"
import type { KernelCore } from "../core.ts"
import type { TraceTarget } from "../programs/program.ts"
import type { Attachment } from "../tracing/hooks.ts"
import { isModelled } from "../tracing/kernel-function.ts"
import { BPF_LSM_PREFIX, isBpfLsmActive } from "../tracing/security.ts"
import { isTracepointModelled } from "../tracing/tracepoint.ts"
import { type Attached, type Attacher, noteFor, requireType } from "./attached.ts"
import { directCallsHint, hasDirectCalls } from "./direct-calls.ts"

/** fentry, fexit, fmod_ret, tp_btf, lsm and freplace: the target was found at load. */
export const attachTrace: Attacher<"trace"> = (kernel, point, attachment) => {
  const { program } = attachment
  const { target, spec } = program
  if (!target && spec.definition?.attachByBtf)
    throw new NotModelledError(
      `prog '${program.name}': attach type ${spec.definition.attachType} is not modelled by the embedded kernel yet`,
    )
  requireType(program, point, "failed to attach")
  if (!target)
    throw new AttachError(`prog '${program.name}': a ${program.type} program has no BTF target (EINVAL)`, {
      errno: "EINVAL",
    })
  if (target.kind === "tp_btf") {
    const remove = kernel.hooks.addRaw(target.tracepoint, attachment)
    return { point, remove, note: noteFor(isTracepointModelled(target.tracepoint), target.tracepoint) }
  }
  if (target.kind === "ext" || target.kind === "program")
    return attachToProgram(kernel, point, attachment, target)
  if (!hasDirectCalls(kernel))
    throw new AttachError(`prog '${program.name}': failed to attach: ${errnoText("ENOTSUPP")}`, {
      errno: "ENOTSUPP",
      hint: directCallsHint(kernel),
    })
  if (target.kind === "lsm") return attachLsm(kernel, point, attachment, target)
  if (!kernel.profile.isTraceable(target.symbol))
    throw new AttachError(`prog '${program.name}': failed to attach: ${errnoText("EINVAL")}`, {
      errno: "EINVAL",
      hint: `${target.symbol} is in the kernel's BTF but not in available_filter_functions: nothing can be attached to it`,
    })
  const remove = kernel.hooks.addFunction(target.symbol, target.kind, attachment)
  return { point, remove, note: noteFor(isModelled(target.symbol), target.symbol) }
}

/** A function of another program is replaced or watched: by programs that were loaded for it, each once. */
function attachToProgram(
  { tracedFunctions }: KernelCore,
  point: AttachPoint,
  attachment: Attachment,
  target: Extract<TraceTarget, { kind: "ext" | "program" }>,
): Attached {
  const { program } = attachment
  const refused = (errno: "EBUSY" | "EINVAL", hint: string) =>
    new AttachError(`prog '${program.name}': failed to attach: ${errnoText(errno)}`, { errno, hint })
  if (program.hasUsedTarget)
    throw refused("EINVAL", `it was attached to '${target.program.name}' before: load it again for that`)
  const remove =
    target.kind === "ext"
      ? target.program.replaceFunction(target.start, program)
      : target.program.traceFunction(target, attachment, tracedFunctions)
  if (!remove)
    throw refused(
      "EBUSY",
      `that function of '${target.program.name}' is replaced by another program, or watched by one: Linux allows one of both`,
    )
  program.hasUsedTarget = true
  return { point, remove, note: undefined }
}

/** Stands on the function that the BPF LSM has for the hook: where that returns nothing, behind it. */
function attachLsm(
  kernel: KernelCore,
  point: AttachPoint,
  attachment: Attachment,
  { hook, returnsVoid }: Extract<TraceTarget, { kind: "lsm" }>,
): Attached {
  const symbol = BPF_LSM_PREFIX + hook
  const remove = kernel.hooks.addFunction(symbol, returnsVoid ? "fexit" : "modifyReturn", attachment)
  if (!isBpfLsmActive(kernel))
    return { point, remove, note: `bpf is not among this kernel's active LSMs: nothing calls ${symbol}` }
  return { point, remove, note: noteFor(isModelled(symbol), symbol) }
}
