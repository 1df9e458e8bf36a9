import { AttachError, type Errno, errnoText } from "../../base/index.ts"
import type { AttachPointOf } from "../attach-point.ts"

/** A file of a probe that cannot be opened. */
export function cannotOpen(path: string, errno: Errno, cause?: unknown): AttachError {
  return new AttachError(`${path}: cannot be opened: ${errnoText(errno)} (${errno})`, {
    errno,
    ...(cause !== undefined && { cause }),
  })
}

/** A program or library that is named without its folder and in none of those that are looked in. */
export function notInFolders(binary: string, searched: readonly string[]): AttachError {
  return new AttachError(`failed to resolve full path for '${binary}': No such file or directory (ENOENT)`, {
    errno: "ENOENT",
    hint: `it is in none of ${[...new Set(searched)].join(", ")}: give an absolute path`,
  })
}

/** A place inside a function that probes at returns cannot take. Throws AttachError. */
export function checkReturnOffset(name: string, symbol: string, offset: number): void {
  if (symbol === "" || offset === 0) return
  throw new AttachError(`prog '${name}': uretprobes do not support offset specification (EINVAL)`, {
    errno: "EINVAL",
    hint: `a function returns from any offset: leave out +${offset}`,
  })
}

type ManyUserFunctions = AttachPointOf<"uprobeMulti">

/** Throws AttachError for cookies that are not one for each of so many functions. */
export function checkUserCookies({ cookies, functions }: ManyUserFunctions, count: number): void {
  if (!cookies || (typeof functions !== "string" && cookies.length === count)) return
  throw new AttachError(
    `${cookies.length} cookies for ${count} functions: give both as lists of the same length (EINVAL)`,
    { errno: "EINVAL" },
  )
}

/** Why a kernel refuses uprobe.multi or uprobe.session, with what to do. */
export function manyUserFunctionsHint(
  { version, since }: { readonly version: string; since(release: string): boolean },
  attachType: string | undefined,
  { session }: ManyUserFunctions,
): string | undefined {
  const [what, first] = session ? ["uprobe sessions", "6.13"] : ["multi-uprobe links", "6.6"]
  if (!since(first))
    return `${what} need Linux ${first}, this is ${version}: attach each function by a uprobe of its own`
  const wanted = session ? "trace_uprobe_session" : "trace_uprobe_multi"
  return attachType === wanted
    ? undefined
    : `the program was loaded as ${attachType ?? "a plain uprobe"}: put it in a section uprobe.${session ? "session" : "multi"}`
}
