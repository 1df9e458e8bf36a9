import { attachType } from "../../catalog/index.ts"
import { isAttachTypeOfSockmaps } from "../../kernel/index.ts"
import type { KernelCore } from "../core.ts"
import { type MapStorage, SocketMap } from "../maps/index.ts"
import type { EmbeddedProgram } from "../programs/program.ts"
import { refused } from "./refused.ts"

const DISSECTOR = "flow_dissector"
const [ATTACH, DETACH] = ["failed to attach program", "failed to detach program"]

/** BPF_PROG_ATTACH without a control group: to a sockmap, or to the namespace. Throws SkepError. */
export function attachProgramTo(
  kernel: KernelCore,
  program: EmbeddedProgram,
  number: number,
  map: MapStorage | undefined,
): void {
  const hook = hookOf(program, number)
  if (hook === DISSECTOR) attachDissector(kernel, program)
  else if (hook !== undefined && map) attachToMap(map, hook, program)
  else throw refused(ATTACH, "EINVAL")
  kernel.objects.collect()
}

/** BPF_PROG_DETACH likewise. */
export function detachProgramFrom(
  kernel: KernelCore,
  program: EmbeddedProgram,
  number: number,
  map: MapStorage | undefined,
): void {
  const hook = hookOf(program, number)
  if (hook === DISSECTOR) {
    if (!kernel.network.current.programs.drop(DISSECTOR, program.id)) throw refused(DETACH, "ENOENT")
  } else if (hook !== undefined && map instanceof SocketMap && map.servesSockets) {
    if (map.programs[hook]?.program !== program || map.linked.has(hook)) throw refused(DETACH, "ENOENT")
    delete map.programs[hook]
  } else throw refused(DETACH, "EINVAL")
  kernel.objects.collect()
}

/** Undefined for an attach type that programs of this type do not go to. */
function hookOf({ type }: EmbeddedProgram, number: number): string | undefined {
  const row = attachType(number)
  if (!row?.programTypes.some(each => each === type)) return undefined
  return row.name === DISSECTOR || isAttachTypeOfSockmaps(row.name) ? row.name : undefined
}

/** One program for a namespace: the next takes its place. */
function attachDissector({ network }: KernelCore, program: EmbeddedProgram): void {
  const { current, initial } = network
  const others = current === initial ? network.namespaces().filter(each => each !== initial) : [initial]
  if (others.some(({ programs }) => programs.on(DISSECTOR).length > 0)) throw refused(ATTACH, "EEXIST")
  const [standing] = current.programs.on(DISSECTOR)
  if (standing?.program === program) throw refused(ATTACH, "EINVAL")
  if (standing?.link) throw refused(ATTACH, "EEXIST")
  if (standing) current.programs.drop(DISSECTOR, standing.program.id)
  current.programs.add(DISSECTOR, { program, cookie: 0n, offset: 0 })
}

const EXCLUDED: Readonly<Record<string, string>> = {
  sk_skb_verdict: "sk_skb_stream_verdict",
  sk_skb_stream_verdict: "sk_skb_verdict",
}

function attachToMap(map: MapStorage, hook: string, program: EmbeddedProgram): void {
  if (!(map instanceof SocketMap) || !map.servesSockets) throw refused(ATTACH, "EINVAL")
  if (map.programs[EXCLUDED[hook] ?? ""] || map.linked.has(hook)) throw refused(ATTACH, "EBUSY")
  map.programs[hook] = { program, cookie: 0n, offset: 0 }
}
