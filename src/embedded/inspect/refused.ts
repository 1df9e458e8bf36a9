import { type Errno, errnoText, SkepError } from "../../base/index.ts"

/** A call of bpf(2) that the kernel refused, with what was tried in front. */
export function refused(action: string, errno: Errno): SkepError {
  return new SkepError(`${action}: ${errnoText(errno)} (${errno})`, { errno })
}
