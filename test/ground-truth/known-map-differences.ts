import { mapType } from "../../src/catalog/index.ts"

/** Why the embedded kernel has no id for what a word of the map tables names. */
const FOREIGN: Readonly<Record<string, string>> = {
  file: "no descriptors: elements are named by ids of one kind, and a file is of none",
  program: "no descriptors: only a prog_array takes programs",
  process: "no descriptors: only a task_storage takes processes",
  cgroup: "no descriptors: only a cgroup_array and a cgrp_storage take control groups",
  udp: "no descriptors: only maps of sockets take sockets",
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

/** Answers that were an accident of the recording, by release: run, index of the step, step. */
const ACCIDENTS: Readonly<Record<string, readonly string[]>> = {
  // The run before used the same socket, whose storage was still being given back: EAGAIN.
  6.12: ["sk_storage: a lock in the value #12 update udp x07 0"],
}

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

/** True when Linux would answer otherwise another time. */
export function isAccident(release: string, run: string, at: number, step: string): boolean {
  return ACCIDENTS[release]?.includes(`${run} #${at} ${step}`) ?? false
}

export function accidentsOf(release: string, run: string): number {
  return ACCIDENTS[release]?.filter(each => each.startsWith(`${run} #`)).length ?? 0
}
