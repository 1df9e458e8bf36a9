import { type Errno, errnoNumber, errnoText } from "../../base/index.ts"
import {
  attachRefusal,
  isAttachTypeOfSockmaps,
  needsRelease,
  type Reason,
  SOCKMAP_SECTIONS,
  sockmapReason,
  wrongHook,
} from "../../kernel/index.ts"
import { SocketMap } from "../maps/index.ts"
import type { EmbeddedProgram } from "../programs/program.ts"
import type { Attacher } from "./attached.ts"
import { requireAttachRight } from "./rights.ts"

const LINKS_SINCE = "6.10"
/** Streams go to one kind of verdict. */
const EXCLUDED: Readonly<Record<string, string>> = {
  sk_skb_verdict: "sk_skb_stream_verdict",
  sk_skb_stream_verdict: "sk_skb_verdict",
}

const byId = (errno: Errno, hint?: string): Reason => ({
  said: `BPF_MAP_GET_FD_BY_ID: ${errnoText(errno)}`,
  hint,
})

/** A sockmap or sockhash: its sockets have the program from when they are put in. Links leave no place to others. */
export const attachToSockmap: Attacher<"sockmap"> = (kernel, point, attachment) => {
  const { program } = attachment
  const refuse = (errno: Parameters<typeof errnoNumber>[0], reason?: Reason) =>
    attachRefusal(program, point, errnoNumber(errno), reason)
  const { definition, section } = program.spec
  const hook = definition?.attachType
  if (hook === undefined || !isAttachTypeOfSockmaps(hook))
    throw refuse("EINVAL", wrongHook(program.type, section, hook, SOCKMAP_SECTIONS))
  requireAttachRight(kernel, program, point, ({ errno, hint }) => refuse(errno, byId(errno, hint)))
  const map = kernel.mapById(point.map)
  if (!map) throw refuse("ENOENT", byId("ENOENT"))
  const by = point.by ?? (kernel.since(LINKS_SINCE) ? "link" : "attach")
  if (by === "link" && !kernel.since(LINKS_SINCE))
    throw refuse("EINVAL", {
      ...needsRelease("a sockmap link", LINKS_SINCE, kernel.profile.version),
      hint: 'attach by "attach"',
    })
  if (!(map instanceof SocketMap) || !map.servesSockets)
    throw refuse(
      kernel.since(LINKS_SINCE) ? "EINVAL" : "EOPNOTSUPP",
      sockmapReason(errnoNumber("EINVAL"), point.map, []),
    )
  const { programs } = map
  const excluded = EXCLUDED[hook]
  const standing = programs[hook] ?? (excluded === undefined ? undefined : programs[excluded])
  const isInTheWay = standing && (standing !== programs[hook] || by === "link" || map.linked.has(hook))
  if (isInTheWay) throw refuse("EBUSY", sockmapReason(errnoNumber("EBUSY"), point.map, [standing.program.id]))
  let current = attachment
  programs[hook] = current
  if (by === "link") map.linked.add(hook)
  const remove = () => {
    if (programs[hook] !== current) return
    delete programs[hook]
    map.linked.delete(hook)
  }
  // Sockets keep the program that was there when they were put in.
  const update = (other: EmbeddedProgram): undefined => {
    current = { ...current, program: other }
    programs[hook] = current
  }
  return { point, remove, note: undefined, update }
}
