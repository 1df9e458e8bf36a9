import { AttachError, errnoText, NotModelledError } from "../../base/index.ts"
import { isModelled } from "../tracing/kernel-function.ts"
import { isTracepointModelled } from "../tracing/tracepoint.ts"
import { type Attacher, noteFor } from "./attached.ts"

/** fentry, fexit and tp_btf: the target was found at load. */
export const attachTrace: Attacher<"trace"> = (kernel, point, attachment) => {
  const { program } = attachment
  const { target, spec } = program
  if (!target && spec.definition?.attachByBtf)
    throw new NotModelledError(
      `prog '${program.name}': attach type ${spec.definition.attachType} is not modelled by the embedded kernel yet`,
    )
  if (!target)
    throw new AttachError(`prog '${program.name}': a ${program.type} program has no BTF target (EINVAL)`, {
      errno: "EINVAL",
    })
  if (target.kind === "tp_btf") {
    const remove = kernel.hooks.addRaw(target.tracepoint, attachment)
    return { point, remove, note: noteFor(isTracepointModelled(target.tracepoint), target.tracepoint) }
  }
  if (!kernel.profile.isTraceable(target.symbol))
    throw new AttachError(`prog '${program.name}': failed to attach: ${errnoText("EINVAL")}`, {
      errno: "EINVAL",
      hint: `${target.symbol} is in the kernel's BTF but not in available_filter_functions: nothing can be attached to it`,
    })
  const remove = kernel.hooks.addFunction(target.symbol, target.kind, attachment)
  return { point, remove, note: noteFor(isModelled(target.symbol), target.symbol) }
}
