import { mapType } from "../../src/catalog/index.ts"

/** Why the embedded kernel has no id for what a word of the map tables names. */
const FOREIGN: Readonly<Record<string, string>> = {
  file: "no descriptors: elements are named by ids of one kind, and a file is of none",
  program: "no descriptors: only a prog_array takes programs",
  process: "no descriptors: only a task_storage takes processes",
  cgroup: "no cgroups yet",
  udp: "no sockets yet",
  "udp-bound": "no sockets yet",
  tcp: "no sockets yet",
  "tcp-connected": "no sockets yet",
  "output-event": "no perf events yet",
  map: "no descriptors: only maps of maps take maps",
}

/** Steps that answer "not modelled" for another reason, by map type. */
const REFUSED: Readonly<Record<string, readonly [step: RegExp, reason: string][]>> = {
  perf_event_array: [
    [
      /^(delete|take) [01]$/,
      "each CPU's reader is open from the map's creation on; in the recording no slot had one",
    ],
  ],
}

/** What comes out differently because an earlier step of the run was not modelled: run, index of the step, step. */
const CONSEQUENCES: readonly string[] = [
  "cgroup_array: slots #15 delete 0",
  ...[4, 8].flatMap(size => [
    `sockmap, values of ${size} bytes: sockets #18 delete 0`,
    ...["#14 walk", "#18 delete 0", "#20 walk"].map(
      step => `sockhash, values of ${size} bytes: sockets ${step}`,
    ),
  ]),
]

/** Why a step may be answered "not modelled" on a map of this type; undefined when it may not. */
export function reasonFor(type: number, step: string): string | undefined {
  const words = step.split(" ").map(word => word.split(":")[0] as string)
  const foreign = words.slice(1).find(word => word in FOREIGN)
  if (foreign !== undefined) return FOREIGN[foreign]
  return REFUSED[mapType(type)?.name ?? ""]?.find(([pattern]) => pattern.test(step))?.[1]
}

/** Every reason there is. */
export const REASONS: ReadonlySet<string> = new Set([
  ...Object.values(FOREIGN),
  ...Object.values(REFUSED).flatMap(rules => rules.map(([, reason]) => reason)),
])

/** True when a step answers differently because an earlier one was not modelled. */
export function isConsequence(run: string, at: number, step: string): boolean {
  return CONSEQUENCES.includes(`${run} #${at} ${step}`)
}

export function consequencesOf(run: string): number {
  return CONSEQUENCES.filter(each => each.startsWith(`${run} #`)).length
}
