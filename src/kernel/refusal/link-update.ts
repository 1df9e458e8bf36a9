import { AttachError, type Errno, errnoText } from "../../base/index.ts"
import type { LinkTypeName } from "../../catalog/index.ts"

/** What of a program decides whether it takes another one's place. */
interface Placed {
  readonly name: string
  readonly type: string
  readonly attachType?: string | undefined
  /** What its section names behind the slash. */
  readonly target?: string | undefined
}

type Trait = "type" | "attachType" | "target"

/**
 * What two programs must have in common for one to take the other's place on a link: the `update_prog` operations of the
 * kernel's link types. Links of other types keep their program.
 */
const ALIKE: { readonly [Type in LinkTypeName]?: readonly Trait[] } = {
  cgroup: ["type"],
  netns: ["type"],
  xdp: ["type", "attachType"],
  tcx: ["type"],
  netkit: ["type"],
  iter: ["type", "attachType", "target"],
  sockmap: ["type", "attachType"],
}

const TRAITS: Readonly<Record<Trait, string>> = {
  type: "type",
  attachType: "attach type",
  target: "target",
}

/** Why the kernel does not put `by` in the place of `standing`; undefined where it does. */
export function updateErrno(type: LinkTypeName | undefined, standing: Placed, by: Placed): Errno | undefined {
  const traits = type && ALIKE[type]
  if (!traits) return type === "netfilter" ? "EOPNOTSUPP" : "EINVAL"
  // Each function of the LSM is a hook of its own, on which the link is not found.
  if (type === "cgroup" && by.attachType === "lsm_cgroup" && standing.target !== by.target) return "ENOENT"
  return differing(traits, standing, by) === undefined ? undefined : "EINVAL"
}

/** BPF_LINK_UPDATE that was refused: "link 7: cannot be updated with prog 'other': Invalid argument (EINVAL)". */
export function updateRefusal(
  { id, type }: { readonly id: number; readonly type: LinkTypeName | undefined },
  standing: Placed,
  by: Placed,
  errno: Errno,
): AttachError {
  const hint = updateHint(type, standing, by, errno)
  return new AttachError(
    `link ${id}: cannot be updated with prog '${by.name}': ${errnoText(errno)} (${errno})`,
    { errno, ...(hint !== undefined && { hint }) },
  )
}

function updateHint(
  type: LinkTypeName | undefined,
  standing: Placed,
  by: Placed,
  errno: Errno,
): string | undefined {
  const traits = type && ALIKE[type]
  if (!traits) return `links of type ${type} keep their program: attach the other one, then detach this link`
  if (errno === "ENOLINK") return "the link was detached, or what it was on is gone"
  if (errno === "EEXIST") return "that program stands there already"
  const trait = errno === "EINVAL" ? differing(traits, standing, by) : undefined
  return (
    trait &&
    `both must have the same ${TRAITS[trait]}: ${by[trait] ?? "none"} comes, ${standing[trait] ?? "none"} is there`
  )
}

function differing(traits: readonly Trait[], standing: Placed, by: Placed): Trait | undefined {
  return traits.find(trait => standing[trait] !== by[trait])
}
