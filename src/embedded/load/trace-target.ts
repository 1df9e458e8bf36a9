import { LoadError, NotModelledError } from "../../base/index.ts"
import type { ProgramSpec } from "../../object/index.ts"
import type { KernelProfile } from "../../profile/index.ts"
import type { TraceTarget } from "../programs/program.ts"

/** Errors that libbpf prints as bare numbers keep them. */
const ESRCH_AS_LIBBPF_PRINTS_IT = "-3"

/** What a program of type tracing stands on, by the kernel's BTF. Undefined for types that are not attached by BTF. */
export function findTraceTarget(program: ProgramSpec, profile: KernelProfile): TraceTarget | undefined {
  const { definition, target } = program
  if (!definition?.attachByBtf) return undefined
  if (target === "")
    throw new LoadError(
      `prog '${program.name}': failed to load: section '${program.section}' names no kernel function (EINVAL)`,
      { errno: "EINVAL", hint: `write ${program.section}/<function>` },
    )
  switch (definition.attachType) {
    case "trace_fentry":
    case "trace_fexit":
      if (profile.btf().find(target, "func") === undefined)
        throw noSuchType(program, profile.nearestFunctions(target))
      if (definition.attachType === "trace_fexit") requireReturn(program, profile)
      return { kind: definition.attachType === "trace_fentry" ? "fentry" : "fexit", symbol: target }
    case "trace_raw_tp":
      if (profile.btf().find(`btf_trace_${target}`, "typedef") === undefined)
        throw noSuchType(program, nearestTracepoints(profile, target))
      return { kind: "tp_btf", tracepoint: target }
    default:
      throw new NotModelledError(
        `prog '${program.name}': attach type ${definition.attachType} is not modelled by the embedded kernel yet`,
      )
  }
}

/** The list of these functions in the kernel's verifier; where its symbol is, so is the check. */
const NORETURN_LIST = "noreturn_deny"
const NORETURN = new Set([
  "__ia32_sys_exit",
  "__ia32_sys_exit_group",
  "__module_put_and_kthread_exit",
  "__x64_sys_exit",
  "__x64_sys_exit_group",
  "do_exit",
  "do_group_exit",
  "kthread_complete_and_exit",
  "kthread_exit",
  "make_task_dead",
])

/** Newer kernels refuse programs that would run when a function returns that never does. */
function requireReturn(program: ProgramSpec, profile: KernelProfile): void {
  if (!NORETURN.has(program.target) || !profile.symbols().find(NORETURN_LIST)) return
  throw new LoadError(
    `prog '${program.name}': BPF program load failed: Invalid argument: Attaching fexit/fmod_ret to __noreturn functions is rejected.`,
    { errno: "EINVAL", hint: `${program.target} never returns: use fentry/${program.target}` },
  )
}

function noSuchType(program: ProgramSpec, nearest: readonly string[]): LoadError {
  return new LoadError(
    `prog '${program.name}': failed to find kernel BTF type ID of '${program.target}': ${ESRCH_AS_LIBBPF_PRINTS_IT}`,
    {
      errno: "ESRCH",
      hint:
        nearest.length > 0
          ? `this kernel has no such function or tracepoint (inlined, renamed or absent); nearest: ${nearest.join(", ")}`
          : "this kernel has no such function or tracepoint: inlined, renamed or absent",
    },
  )
}

function nearestTracepoints(profile: KernelProfile, name: string): string[] {
  const parts = name.split("_")
  return profile
    .tracepoints()
    .map(tracepoint => tracepoint.name)
    .filter(
      candidate => parts.filter(part => candidate.includes(part)).length >= Math.max(1, parts.length - 1),
    )
    .slice(0, 5)
}
