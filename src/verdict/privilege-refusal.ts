import {
  type Capability,
  mapType,
  missingToLoad,
  type ProgramTypeName,
  type Release,
} from "../catalog/index.ts"
import type { ObjectSpec, ProgramSpec } from "../object/index.ts"
import { missingForMap } from "../verifier/index.ts"
import { type LoadRefusal, mapsOf, refuse } from "./load-refusal.ts"

/** Programs of loaders without CAP_BPF have no more instructions than programs of old had. */
const MOST_UNPRIVILEGED = 4096

/**
 * What BPF_MAP_CREATE and BPF_PROG_LOAD refuse to a process that holds too little, before the verifier. The sysctl that keeps
 * everybody else out altogether is taken to be 0.
 */
export function privilegeRefusal(
  object: ObjectSpec,
  program: ProgramSpec,
  type: ProgramTypeName,
  release: Release,
  capabilities: ReadonlySet<Capability> | undefined,
): LoadRefusal | undefined {
  if (capabilities === undefined || capabilities.has("CAP_SYS_ADMIN")) return undefined
  for (const map of mapsOf(object, program)) {
    const needed = missingForMap(map.type, capabilities)
    if (needed === undefined) continue
    const name = mapType(map.type)?.name ?? String(map.type)
    return refuse("EPERM", `map '${map.name}': failed to create: Operation not permitted`, {
      what: `uses map ${map.name} of type ${name}`,
      known: held(capabilities),
      needs: needed,
      fix: `load with ${needed}, or use a hash or an array in its place`,
    })
  }
  const { name } = program
  const { length } = program.instructions
  if (!capabilities.has("CAP_BPF") && length > MOST_UNPRIVILEGED)
    return refuse("E2BIG", `prog '${name}': BPF program load failed: Argument list too long`, {
      what: `has ${length} instructions`,
      known: held(capabilities),
      needs: `at most ${MOST_UNPRIVILEGED} instructions, or CAP_BPF`,
      fix: "load with CAP_BPF, or split the program with tail calls",
    })
  const missing = missingToLoad({ programType: type, release, capabilities, unprivilegedDisabled: false })
  if (missing.length === 0) return undefined
  const needs = missing.join(" and ")
  return refuse("EPERM", `prog '${name}': BPF program load failed: Operation not permitted`, {
    what: `is of type ${type}`,
    known: held(capabilities),
    needs,
    fix: `load with ${needs}: without any, only socket_filter and cgroup_skb load`,
  })
}

function held(capabilities: ReadonlySet<Capability>): string {
  return `the loading process holds ${capabilities.size === 0 ? "no capabilities" : [...capabilities].join(", ")}`
}
