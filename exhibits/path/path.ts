import type { LoadedObject } from "skep"

/** Sections of programs in the order in which they run, nested as the kernel's functions are. */
export type Steps = readonly (string | Steps)[]

/** A function with a kprobe and a kretprobe, and what happens in it. */
export const probed = (name: string, ...inside: Steps): Steps => [
  `kprobe/${name}`,
  inside,
  `kretprobe/${name}`,
]

/** A function with an fentry and an fexit program. */
export const traced = (name: string, ...inside: Steps): Steps => [`fentry/${name}`, inside, `fexit/${name}`]

/** A function with all four. */
export const watched = (name: string, ...inside: Steps): Steps => probed(name, traced(name, inside))

/** A place where the security modules are asked. */
export const asked = (name: string, hook = name): Steps => probed(`security_${name}`, `lsm/${hook}`)

/** A call of the system, from its entry to its exit. */
export const called = (name: string, ...inside: Steps): string[] =>
  flat([
    ...["raw_tp/sys_enter", `tp/syscalls/sys_enter_${name}`, `ksyscall/${name}`],
    inside,
    ...[`kretsyscall/${name}`, "raw_tp/sys_exit", `tp/syscalls/sys_exit_${name}`],
  ])

function flat(steps: Steps): string[] {
  return steps.flatMap(step => (typeof step === "string" ? [step] : flat(step)))
}

/** What the programs have noted. */
export function trail(object: Pick<LoadedObject, "events">): string[] {
  return object.events().map(({ value }) => (value as { readonly section: string }).section)
}
