import type { Difference } from "./compare.ts"

interface Known {
  /** Matched against "hook what". */
  readonly where: RegExp
  readonly reason: string
  /** Depends on timing, so a recording may be without it. */
  readonly sometimes?: true
}

/** Functions without a result: what the register holds then is left from the compiler's own work. */
const VOID = [
  ...["sched_post_fork", "cgroup_post_fork", "schedule_tail", "wake_up_new_task", "do_close_on_exec"],
  ...["would_dump", "exec_mm_release", "security_bprm_committing_creds", "security_bprm_committed_creds"],
  ...["setup_new_exec", "finalize_exec", "free_bprm", "putname", "exit_files", "release_task"],
]

/** Everything in which the embedded kernel differs from Linux on these runs, and why. */
export const KNOWN_DIFFERENCES: readonly Known[] = [
  {
    where: /^kretprobe\/.+ ip$/,
    reason:
      "the address that a function returns to lies among its caller's instructions, which are not modelled",
  },
  {
    where: new RegExp(`^(fexit|kretprobe)/(${VOID.join("|")}) ret$`),
    reason: "the function has no result",
  },
  {
    where: /^tp\/raw_syscalls\/sys_enter 59 fields\.args\[[345]\]$/,
    reason: "execve takes three arguments: the other registers hold what the program left there",
  },
  {
    where: /^(kprobe|fentry)\/(do_sys_openat2|getname) text$/,
    reason: "the page of the path was not in memory before the kernel read it: the model has no page faults",
  },
  {
    where: /^\w+\/(getname|getname_flags|do_filp_open|do_unlinkat|vfs_open) \S+ identity$/,
    reason:
      "Linux uses the memory of a freed filename or file again at once; here freed blocks wait a little",
  },
  {
    where:
      /^(\w+\/(getname|getname_flags|do_sys_openat2)|tp\/syscalls\/sys_enter_(openat|unlink|unlinkat)) \S+ identity$/,
    reason: "the program's paths are constants; here each call brings its path to a new address",
  },
  {
    where: /^(kprobe|fentry|fexit)\/schedule_tail text$/,
    reason: "which task ran before the child is the scheduler's choice; here it is always the parent",
    sometimes: true,
  },
  {
    where: /^kprobe\/\w+\+0x[59] order$/,
    reason: "the model has no instructions inside functions: such a probe is refused with NotModelledError",
  },
]

/** Counts how often each known difference was met, so that one that is gone is noticed. */
export class KnownDifferences {
  readonly #met = new Map<Known, number>()

  /** What no entry of the list explains. */
  unexplained(differences: readonly Difference[]): string[] {
    const rest: string[] = []
    for (const { hook, what, linux, embedded } of differences) {
      const known = KNOWN_DIFFERENCES.find(({ where }) => where.test(`${hook} ${what}`))
      if (known) this.#met.set(known, (this.#met.get(known) ?? 0) + 1)
      else rest.push(`${hook} ${what}: Linux ${String(linux)}, here ${String(embedded)}`)
    }
    return rest
  }

  /** Entries that explain nothing any more. */
  unused(): string[] {
    return KNOWN_DIFFERENCES.filter(known => !known.sometimes && !this.#met.has(known)).map(({ where }) =>
      String(where),
    )
  }
}
