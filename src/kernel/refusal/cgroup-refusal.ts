import { errnoNumber } from "../../base/index.ts"
import type { AttachTypeName } from "../../catalog/index.ts"
import type { Reason } from "./attach-refusal.ts"

export const CGROUP_SECTIONS = "cgroup_skb/ingress, cgroup/connect4, sockops, lsm_cgroup/socket_create"

export function isAttachTypeOfCgroups(name: AttachTypeName): boolean {
  return name.startsWith("cgroup_") || name === "lsm_cgroup"
}

/** A link asks for what only programs without one can have (EINVAL). */
export const CGROUP_LINK_REFUSAL: Reason = {
  said: "a link stands beside other programs: it takes neither override nor another's place",
  hint: 'attach by "attach", or update the link that is there',
}

/** No such file or directory (ENOENT). */
export const CGROUP_PATH_HINT =
  "control groups are folders of the cgroup2 file system, such as /sys/fs/cgroup/name"

/** Why a group refuses a program: `ids` are the programs on this hook of it. */
export function cgroupReason(number: number, path: string, ids: () => readonly number[]): Reason {
  if (number === errnoNumber("EBADF"))
    return { said: `${path} is no control group`, hint: "name a folder of the cgroup2 file system" }
  if (number !== errnoNumber("EPERM")) return {}
  const standing = ids()
  const [programs, stand] = standing.length === 1 ? ["program", "stands"] : ["programs", "stand"]
  return {
    said:
      standing.length > 0
        ? `${programs} ${standing.join(", ")} ${stand} there with other flags`
        : "a group above it holds a program that allows no other below, or this process may not",
    hint: 'attach every program of this hook by link or with the flag "multi"',
  }
}
