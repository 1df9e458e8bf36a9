import { kfunc } from "../../catalog/index.ts"
import { CLASS, classOf, JUMP, operatorOf } from "../../isa/index.ts"
import { calledName } from "../rules/callback-calls.ts"
import type { Reference } from "../state/frame.ts"
import { currentFrame } from "../state/state.ts"
import type { Walk } from "../walk/walk.ts"
import { link } from "./chain.ts"
import type { ChainStep } from "./explanation.ts"
import { doing, type Explainer, type Failure, place } from "./failure.ts"
import { stepsBack } from "./path.ts"
import { sourceAt } from "./source.ts"
import { describe } from "./words.ts"

/** What gives back what each function acquires. */
const RELEASERS: Readonly<Record<string, string>> = {
  bpf_sk_lookup_tcp: "bpf_sk_release",
  bpf_sk_lookup_udp: "bpf_sk_release",
  bpf_skc_lookup_tcp: "bpf_sk_release",
  bpf_map_lookup_elem: "bpf_sk_release",
  bpf_ringbuf_reserve: "bpf_ringbuf_submit or bpf_ringbuf_discard",
  bpf_task_acquire: "bpf_task_release",
  bpf_task_from_pid: "bpf_task_release",
  bpf_task_from_vpid: "bpf_task_release",
  bpf_cgroup_acquire: "bpf_cgroup_release",
  bpf_cgroup_ancestor: "bpf_cgroup_release",
  bpf_cgroup_from_id: "bpf_cgroup_release",
  bpf_task_get_cgroup1: "bpf_cgroup_release",
  bpf_cpumask_create: "bpf_cpumask_release",
  bpf_cpumask_acquire: "bpf_cpumask_release",
  bpf_get_task_exe_file: "bpf_put_file",
  bpf_lookup_user_key: "bpf_key_put",
  bpf_lookup_system_key: "bpf_key_put",
  bpf_kptr_xchg: "the release of its type",
}

function releaserOf(name: string): string {
  const iterator = /^(bpf_iter_\w+)_new$/.exec(name)
  return RELEASERS[name] ?? (iterator ? `${iterator[1]}_destroy` : "its release")
}

export const explainReferenceLeak: Explainer = failure => {
  const { walk } = failure
  const held = currentFrame(walk.state).references
  const last = held.at(-1)
  const names = held.map(each => acquiredBy(walk, each))
  const release = last ? releaserOf(calledName(walk, last.at)?.name ?? "") : "its release"
  const ends = failure.called ? `calls ${failure.called}, which may end the program,` : "ends"
  return {
    what: `${ends} while something that was acquired is still held`,
    known: names.join("; "),
    needs: "everything that was acquired given back on every way out",
    fix: `call ${release} on every way between there and ${place(failure)}, early returns and error ways too`,
    links: [...held.map(each => link(walk, each.at, "acquires")), ...turnsSince(walk, last?.at)],
  }
}

function acquiredBy(walk: Walk, { at }: Reference): string {
  const line = sourceAt(walk.program.lines, at)?.line
  const where = line === undefined ? `instruction ${at}` : `line ${line}`
  return `${calledName(walk, at)?.name ?? "a call"} (${where}) acquired what is not given back`
}

/** The last jumps since an instruction that were taken or not: how this way missed the release. */
function turnsSince(walk: Walk, since: number | undefined): ChainStep[] {
  const turns: ChainStep[] = []
  for (const { at, following } of stepsBack(walk)) {
    if (at === since || turns.length >= 4) break
    const { opcode } = walk.code[at]!
    const isJump = classOf(opcode) === CLASS.JMP || classOf(opcode) === CLASS.JMP32
    if (!isJump || [JUMP.CALL, JUMP.EXIT, JUMP.JA].some(each => each === operatorOf(opcode))) continue
    turns.push(link(walk, at, following === at + 1 ? "goes on" : `goes to ${following}`))
  }
  return turns
}

export const explainRelease: Explainer = failure => {
  const { held, called, register } = failure
  const first = failure.walk.state.frames.at(-1)?.registers[register ?? 1]
  const shown = held ?? first
  const row = called === undefined ? undefined : kfunc(called)
  return {
    what: `gives r${register ?? 1} back with ${called ?? "a releasing call"}`,
    known: shown ? `r${register ?? 1} is ${describe(shown)}, and holds no reference` : failure.message,
    needs: "a pointer as it was acquired, at its start, not given back before",
    fix: `release once, and only what ${row ? "an acquiring kfunc" : "an acquiring helper"} gave${doubled(failure)}`,
    start: { registers: [register ?? 1] },
  }
}

function doubled({ walk, at }: Failure): string {
  const name = calledName(walk, at)?.name
  const earlier = walk.code.some((_, other) => other < at && calledName(walk, other)?.name === name)
  return earlier ? `: ${name} is called before, too` : ""
}

export const explainLock: Explainer = failure => {
  const { walk, message } = failure
  const lock = walk.code.findLastIndex(
    (_, at) => at < failure.at && calledName(walk, at)?.name === "bpf_spin_lock",
  )
  return {
    what: /missing/.test(message) ? "ends while a lock is held" : doing(failure),
    known: walk.state.lock ? "a bpf_spin_lock is held" : "no bpf_spin_lock is held",
    needs:
      "bpf_spin_unlock of the same lock on every way, with nothing between that calls, sleeps, ends or takes another lock",
    fix: walk.state.lock
      ? `call bpf_spin_unlock before ${place(failure)}, on early returns too`
      : "take the lock first, of the same map value, through the same pointer",
    ...(walk.state.lock && lock >= 0
      ? { links: [link(walk, lock, "takes the lock"), ...turnsSince(walk, lock)] }
      : {}),
  }
}

export const explainRcu: Explainer = failure => ({
  what: doing(failure),
  known: failure.walk.state.rcuLocked
    ? "bpf_rcu_read_lock was called and not ended"
    : "no bpf_rcu_read_lock holds",
  needs:
    "bpf_rcu_read_lock and bpf_rcu_read_unlock in pairs, not nested, and nothing that sleeps between them",
  fix: failure.walk.state.rcuLocked
    ? `call bpf_rcu_read_unlock before ${place(failure)}, on early returns too`
    : "call bpf_rcu_read_lock first",
})

export const explainPreemption: Explainer = failure => ({
  what: doing(failure),
  known: `preemption was disabled ${failure.walk.state.preemptDisabled} times`,
  needs: "bpf_preempt_disable and bpf_preempt_enable in pairs, and nothing that sleeps between them",
  fix: `call bpf_preempt_enable before ${place(failure)}, on early returns too`,
})
