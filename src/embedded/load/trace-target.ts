import { LoadError } from "../../base/index.ts"
import { VOID } from "../../btf/index.ts"
import { btfTargetName, type ProgramSpec } from "../../object/index.ts"
import type { KernelProfile } from "../../profile/index.ts"
import type { TraceTarget } from "../programs/program.ts"

/** Errors that libbpf prints as bare numbers keep them. */
const ESRCH_AS_LIBBPF_PRINTS_IT = "-3"

/**
 * What a program that is attached by BTF stands on. Throws LoadError where the kernel's BTF has no such thing. Undefined
 * for other programs, and for attach types that the embedded kernel has no hooks of.
 */
export function findTraceTarget(program: ProgramSpec, profile: KernelProfile): TraceTarget | undefined {
  const { definition, target } = program
  if (!definition?.attachByBtf) return undefined
  if (target === "")
    throw new LoadError(
      `prog '${program.name}': failed to load: section '${program.section}' names no kernel function (EINVAL)`,
      { errno: "EINVAL", hint: `write ${program.section}/<function>` },
    )
  const { prefix, kind } = btfTargetName(program)
  const btf = profile.btf()
  const id = btf.find(prefix + target, kind)
  if (id === undefined)
    throw noSuchType(
      program,
      kind === "typedef" ? nearestTracepoints(profile, target) : profile.nearestFunctions(prefix + target),
    )
  switch (definition.attachType) {
    case "trace_fentry":
      return { kind: "fentry", symbol: target }
    case "modify_return":
      return { kind: "modifyReturn", symbol: target }
    case "trace_fexit":
      return { kind: "fexit", symbol: target }
    case "trace_raw_tp":
      return { kind: "tp_btf", tracepoint: target }
    case "lsm_mac": {
      const prototype = btf.typeOf(btf.typeOf(id, "func")?.type ?? VOID, "func_proto")
      return { kind: "lsm", hook: target, returnsVoid: !prototype || btf.isVoid(prototype.returns) }
    }
    default:
      return undefined
  }
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
