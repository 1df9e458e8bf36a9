import { AttachError, errnoText, NotModelledError } from "../../base/index.ts"
import type { AttachPoint } from "../../kernel/index.ts"
import type { KernelCore } from "../core.ts"
import type { TraceTarget } from "../programs/program.ts"
import type { Attachment } from "../tracing/hooks.ts"
import { isModelled } from "../tracing/kernel-function.ts"
import { BPF_LSM_PREFIX, isBpfLsmActive } from "../tracing/security.ts"
import { isTracepointModelled } from "../tracing/tracepoint.ts"
import { type Attached, type Attacher, noteFor, requireType } from "./attached.ts"

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
  if (target.kind === "ext") {
    const remove = target.program.replaceFunction(target.start, program.executable)
    if (remove) return { point, remove, note: undefined }
    throw new AttachError(`prog '${program.name}': failed to attach: ${errnoText("EBUSY")}`, {
      errno: "EBUSY",
      hint: `another program replaces that function of '${target.program.name}' already`,
    })
  }
  if (target.kind === "lsm") return attachLsm(kernel, point, attachment, target)
  if (!kernel.profile.isTraceable(target.symbol))
    throw new AttachError(`prog '${program.name}': failed to attach: ${errnoText("EINVAL")}`, {
      errno: "EINVAL",
      hint: `${target.symbol} is in the kernel's BTF but not in available_filter_functions: nothing can be attached to it`,
    })
  const remove = kernel.hooks.addFunction(target.symbol, target.kind, attachment)
  return { point, remove, note: noteFor(isModelled(target.symbol), target.symbol) }
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
