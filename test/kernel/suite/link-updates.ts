/**
 * Programs of test/kernel/programs/attach-rights.bpf.c that are to take another one's place on its link: the link has the new one,
 * or the errno and how the message goes on. The same on a real kernel and on the embedded one.
 */
import type { AttachPoint, Link, Program, World } from "skep"

interface Answer {
  readonly errno: string
  readonly message: string
}

interface LinkUpdate {
  readonly program: string
  readonly by: string
  readonly point: AttachPoint | ((mapId: number) => AttachPoint)
  /** The other one stands beside it already. */
  readonly isThere?: boolean
  readonly answer: "updated" | Answer
  /** What differs on 6.1; "unattached" where the first program is not attached there. */
  readonly onOld?: Answer | "unattached"
}

export interface LoadedUpdates {
  readonly programs: Readonly<Record<string, Program>>
  /** The id of map `sockets`. */
  readonly mapId: number
}

const [DEVICE, NETKIT] = ["update0", "updaten0"]
const GROUP = "/sys/fs/cgroup/update"

export function prepare(world: World, hasNetkit: boolean): void {
  world.makePair(
    { name: DEVICE, addresses: ["10.79.0.1/24"] },
    { name: "update1", addresses: ["10.79.1.1/24"] },
  )
  if (hasNetkit)
    world.makePair({ name: NETKIT, addresses: [] }, { name: "updaten1", addresses: [] }, { type: "netkit" })
  world.makeGroup("update")
}

const refused = (by: string, errno: string, text: string): Answer => ({
  errno,
  message: `link N: cannot be updated with prog '${by}': ${text} (${errno})`,
})
const invalid = (by: string): Answer => refused(by, "EINVAL", "Invalid argument")
const NO_LINK: Answer = {
  errno: "EOPNOTSUPP",
  message: "this attachment is no BPF link that is still there: it cannot be updated (EOPNOTSUPP)",
}
const xdp = { kind: "xdp", interface: DEVICE } as const
const tcx = { kind: "tcx", interface: DEVICE, direction: "ingress" } as const
const group = { kind: "cgroup", path: GROUP } as const
const sockmap = (map: number): AttachPoint => ({ kind: "sockmap", map })

export const LINK_UPDATES: readonly LinkUpdate[] = [
  { program: "packet", by: "other_packet", point: xdp, answer: "updated" },
  { program: "packet", by: "packet", point: xdp, answer: "updated" },
  { program: "packet", by: "group_packet", point: xdp, answer: invalid("group_packet") },
  { program: "packet", by: "other_packet", point: { ...xdp, by: "netlink" }, answer: NO_LINK },
  { program: "chained", by: "classifier", point: tcx, answer: "updated", onOld: "unattached" },
  { program: "chained", by: "packet", point: tcx, answer: invalid("packet"), onOld: "unattached" },
  {
    program: "chained",
    by: "classifier",
    point: tcx,
    isThere: true,
    answer: refused("classifier", "EEXIST", "File exists"),
    onOld: "unattached",
  },
  {
    program: "primary",
    by: "classifier",
    point: { kind: "netkit", interface: NETKIT, end: "primary" },
    answer: "updated",
    onOld: "unattached",
  },
  // The type alone has to be the same: a program for the other direction goes.
  { program: "group_packet", by: "group_arrival", point: group, answer: "updated" },
  { program: "group_packet", by: "group_connect", point: group, answer: invalid("group_connect") },
  { program: "group_packet", by: "group_arrival", point: { ...group, by: "attach" }, answer: NO_LINK },
  {
    program: "group_guard",
    by: "other_group_guard",
    point: group,
    answer: refused("other_group_guard", "ENOENT", "No such file or directory"),
  },
  { program: "lookup", by: "other_lookup", point: { kind: "netns" }, answer: "updated" },
  { program: "lookup", by: "dissector", point: { kind: "netns" }, answer: invalid("dissector") },
  { program: "tasks", by: "other_tasks", point: { kind: "iter" }, answer: "updated" },
  { program: "tasks", by: "elements", point: { kind: "iter" }, answer: invalid("elements") },
  { program: "message", by: "other_message", point: sockmap, answer: "updated", onOld: NO_LINK },
  { program: "message", by: "packet", point: sockmap, answer: invalid("packet"), onOld: NO_LINK },
  {
    program: "probe",
    by: "probe",
    point: { kind: "kprobe", function: "do_unlinkat" },
    answer: invalid("probe"),
  },
  {
    program: "raw_event",
    by: "raw_event",
    point: { kind: "rawTracepoint", name: "sched_process_exec" },
    answer: invalid("raw_event"),
  },
  { program: "entry", by: "entry", point: { kind: "trace" }, answer: invalid("entry") },
  {
    program: "rule",
    by: "rule",
    point: { kind: "netfilter", family: "ipv4", hook: "input", priority: 79 },
    answer: refused("rule", "EOPNOTSUPP", "Operation not supported"),
    onOld: "unattached",
  },
]

/** What came of updates that is not as told. */
export async function wrongUpdates({ programs, mapId }: LoadedUpdates, isOld: boolean): Promise<string[]> {
  const wrong: string[] = []
  for (const row of LINK_UPDATES) {
    const { program, by, answer, onOld = answer } = row
    const point = typeof row.point === "function" ? row.point(mapId) : row.point
    const beside = row.isThere ? await programs[by]?.attach(point).catch(() => undefined) : undefined
    const [told, came] = [isOld ? onOld : answer, await update(programs[program], programs[by], point)].map(
      each => (typeof each === "string" ? each : `${each.errno} "${each.message}"`),
    )
    await beside?.detach()
    if (told !== came) wrong.push(`${program} by ${by}: ${came}, not ${told}`)
  }
  return wrong
}

/** What a chain answers to a program that stands in it. */
export async function attachedTwice({ programs }: LoadedUpdates): Promise<string> {
  const link = await programs.chained!.attach(tcx).catch(() => undefined)
  if (!link) return "unattached"
  try {
    await programs.chained!.attach(tcx)
    return "attached"
  } catch (error) {
    return (error as Error).message
  } finally {
    await link.detach()
  }
}

export const ATTACHED_TWICE = "prog 'chained': tcx update0 ingress: File exists (EEXIST)"

async function update(
  program: Program | undefined,
  by: Program | undefined,
  point: AttachPoint,
): Promise<string | Answer> {
  const link = await program?.attach(point).catch(() => undefined)
  if (!link || !by) return "unattached"
  try {
    await link.update(by)
    return link.program === by ? "updated" : "the link has another program"
  } catch (error) {
    const { message, errno = "" } = error as Error & { errno?: string }
    return { errno, message: message.replace(/link \d+/, "link N") }
  } finally {
    await link.detach()
  }
}

/** Whether members of a group may open sockets: while one program is on the link, another one, and the first again. */
export async function socketsWhileUpdated(world: World, { programs }: LoadedUpdates): Promise<boolean[]> {
  const { group_socket: allow, no_group_socket: refuse } = programs
  const link: Link = await allow!.attach(group)
  const opens = (): Promise<boolean> =>
    world.inGroup(GROUP, () => {
      try {
        world.socket({ type: "datagram" }).close()
        return true
      } catch {
        return false
      }
    })
  const seen = [await opens()]
  await link.update(refuse!)
  seen.push(await opens())
  await link.update(allow!)
  seen.push(await opens())
  await link.detach()
  return seen
}
