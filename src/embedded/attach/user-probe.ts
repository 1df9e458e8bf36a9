import { AttachError, errnoText } from "../../base/index.ts"
import {
  type AttachPointOf,
  checkReturnOffset,
  checkUserCookies,
  findFunction,
  findFunctions,
  manyUserFunctionsHint,
  namingProgram,
} from "../../kernel/index.ts"
import type { KernelCore } from "../core.ts"
import { pathOf } from "../files/index.ts"
import type { Attachment } from "../tracing/hooks.ts"
import type { UserProbe } from "../user/index.ts"
import { type Attached, type Attacher, requireType, requireTypeOfEvent } from "./attached.ts"
import { requireAttachRight } from "./rights.ts"
import { findUserBinary, readUserBinary } from "./user-binary.ts"

/** uprobe and uretprobe: a function of a program or library, or a place in its file. */
export function attachUserProbe(
  kernel: KernelCore,
  point: AttachPointOf<"uprobe" | "uretprobe">,
  attachment: Attachment,
): Attached {
  const { binary, symbol = "", offset = 0, kind } = point
  const { name } = attachment.program
  if (kind === "uretprobe") checkReturnOffset(name, symbol, offset)
  return namingProgram(name, () => {
    const node = findUserBinary(kernel, binary)
    const start = symbol === "" ? 0n : findFunction(readUserBinary(kernel, binary).executable, symbol).offset
    requireUserProbe(kernel, point, attachment, start + BigInt(offset))
    const on = kind === "uretprobe" ? "return" : "entry"
    const probe: UserProbe = { ...attachment, on, pid: processOf(kernel, point.pid) }
    return { point, remove: kernel.userHooks.add(node, start + BigInt(offset), probe), note: undefined }
  })
}

/** What the kernel asks of a program for a place in a file, and of who puts it there. Throws AttachError. */
export function requireUserProbe(
  kernel: KernelCore,
  point: AttachPointOf<"uprobe" | "uretprobe" | "usdt">,
  { program }: Attachment,
  offset: bigint,
): void {
  const kind = point.kind === "uretprobe" ? "uretprobe" : "uprobe"
  requireAttachRight(
    kernel,
    program,
    point,
    ({ errno, hint }) =>
      new AttachError(
        `failed to create ${kind} '${pathOf(findUserBinary(kernel, point.binary))}:0x${offset.toString(16)}' perf event: ${errnoText(errno)}`,
        { errno, hint },
      ),
  )
  requireTypeOfEvent(program, point)
}

/** uprobe.multi and uretprobe.multi: many functions of one file by a single link. */
export const attachUserProbes: Attacher<"uprobeMulti"> = (kernel, point, attachment) => {
  const { program } = attachment
  if (point.session && point.return)
    throw new AttachError(`prog '${program.name}': a session is no return probe: it sees both (EINVAL)`, {
      errno: "EINVAL",
    })
  return namingProgram(program.name, () => {
    const { node, executable } = readUserBinary(kernel, point.binary)
    const functions = findFunctions(executable, point.functions)
    checkUserCookies(point, functions.length)
    requireType(program, point, "failed to attach multi-uprobe")
    const hint = refusalHint(kernel, point, program.attachType)
    if (hint !== undefined)
      throw new AttachError(`failed to attach multi-uprobe: ${errnoText("EINVAL")}`, {
        errno: "EINVAL",
        hint,
      })
    const on = point.return ? "return" : "entry"
    const pid = processOf(kernel, point.pid)
    const removals = functions.map(({ offset }, index) => {
      const cookie = point.cookies?.[index] ?? attachment.cookie
      return kernel.userHooks.add(node, offset, { ...attachment, cookie, on, pid })
    })
    const remove = (): void => {
      for (const each of removals) each()
    }
    return { point, remove, note: undefined }
  })
}

function refusalHint(
  kernel: KernelCore,
  point: AttachPointOf<"uprobeMulti">,
  attachType: string | undefined,
): string | undefined {
  const facts = { version: kernel.profile.version, since: (release: string) => kernel.since(release) }
  return manyUserFunctionsHint(facts, attachType, point)
}

/** 0 is the process that attaches. */
export function processOf(kernel: KernelCore, pid: number | undefined): number | undefined {
  if (pid === undefined || pid < 0) return undefined
  return pid === 0 ? kernel.current.tgid : pid
}
