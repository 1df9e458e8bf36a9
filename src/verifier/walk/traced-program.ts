import { isSince } from "../../catalog/index.ts"
import type { Extension } from "../program.ts"
import { ERRNO, reject } from "../reject.ts"
import { walkOfTarget } from "./target-program.ts"
import type { Walk } from "./walk.ts"

/** Tracing programs may be traced, once. */
const NESTED_SINCE = "6.8"

/** Whether a program may stand on a function of another program. */
export function checkTracedProgram(walk: Walk, { program, function: name }: Extension): void {
  const refuse: (message: string) => never = message => reject(walk, ERRNO.EINVAL, message, "attach-target")
  if (!program.btf) refuse("FENTRY/FEXIT program can only be attached to another program annotated with BTF")
  const target = walkOfTarget(program, walk.kernel)
  const index = target.subprograms.findIndex(each => each.name === name)
  if (index < 0 || !program.funcInfo.some(each => each.at === target.subprograms[index]?.start))
    refuse(`Subprog ${name} doesn't exist`)
  if (index === target.exceptionCallback) refuse("FENTRY/FEXIT programs cannot attach to exception callback")
  if (program.type === "tracing") {
    if (!isSince(NESTED_SINCE, walk.kernel.release)) refuse("Cannot recursively attach")
    if (program.extension?.program.type === "tracing")
      refuse("Cannot nest tracing program attach more than once")
  }
  const { attachType, sleepable } = walk.program
  if (attachType === "trace_raw_tp") refuse("Only FENTRY/FEXIT progs are attachable to another BPF prog")
  if (sleepable) refuse(`${name} is not sleepable`)
  if (attachType === "modify_return") refuse("can't modify return codes of BPF programs")
}
