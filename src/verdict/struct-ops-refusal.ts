import { essentialName } from "../btf/index.ts"
import { isSince } from "../catalog/index.ts"
import type { MapSpec, ObjectSpec, ProgramSpec } from "../object/index.ts"
import type { KernelProfile } from "../profile/index.ts"
import { type LoadRefusal, refuse } from "./load-refusal.ts"

const LINKS_SINCE = "6.4"

/** Structures of functions that a loader makes before any program, and what a program is in them. */
export function structOpsRefusal(
  object: ObjectSpec,
  program: ProgramSpec,
  profile: KernelProfile,
): LoadRefusal | undefined {
  const made = object.maps.filter(map => map.structOps?.autocreate)
  for (const map of made) {
    const refused = absentStructure(map, profile) ?? earlyLink(map, profile)
    if (refused) return refused
  }
  const { name, definition } = program
  const named = made.some(({ structOps }) => structOps!.programs.some(each => each.program === name))
  if (definition?.programType !== "struct_ops" || named) return undefined
  return refuse("EINVAL", `prog '${name}': no struct_ops map of the object names it`, {
    what: "is to be an operation of a structure",
    known: 'no variable in SEC(".struct_ops") has it for a member',
    needs: "to know which operation of which structure it is",
    fix: 'put it into a member of a variable in SEC(".struct_ops")',
  })
}

function absentStructure({ name, structOps }: MapSpec, profile: KernelProfile): LoadRefusal | undefined {
  const struct = `bpf_struct_ops_${essentialName(structOps!.typeName)}`
  if (profile.btf().find(struct, "struct") !== undefined) return undefined
  return refuse(
    "ESRCH",
    `struct_ops init_kern: struct ${struct} is not found in kernel BTF: map '${name}' cannot be made`,
    {
      what: `belongs to an object with the ${structOps!.typeName} ${name}`,
      known: `Linux ${profile.version} has no such structure that programs can implement`,
      needs: "a kernel that has it: other releases, or other options",
    },
  )
}

function earlyLink({ name, structOps }: MapSpec, { release }: KernelProfile): LoadRefusal | undefined {
  if (!structOps!.link || isSince(LINKS_SINCE, release)) return undefined
  return refuse("EINVAL", `map '${name}': failed to create: Invalid argument(-22)`, {
    what: `belongs to an object with ${name} in .struct_ops.link`,
    known: `Linux ${release} registers structures by writing to their map`,
    needs: `Linux ${LINKS_SINCE} or later`,
    since: `links of structures came with Linux ${LINKS_SINCE}`,
    fix: 'SEC(".struct_ops") works on older ones',
  })
}
