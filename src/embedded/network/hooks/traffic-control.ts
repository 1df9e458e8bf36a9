import type { KernelCore } from "../../core.ts"
import type { Attachment } from "../../tracing/hooks.ts"
import { runOnSkb } from "../run-on-skb.ts"
import type { Skb } from "../skb.ts"
import { OrderedPrograms } from "./ordered-programs.ts"

/** What programs of traffic control answer (TC_ACT_…, TCX_…). */
export const ACTION = {
  unspec: -1,
  ok: 0,
  reclassify: 1,
  shot: 2,
  pipe: 3,
  stolen: 4,
  queued: 5,
  repeat: 6,
  redirect: 7,
  trap: 8,
} as const

/** What a classifier in direct-action mode may answer; all else leaves it to the next one (cls_bpf_exec_opcode). */
const DIRECT: readonly number[] = [ACTION.ok, ACTION.shot, ACTION.stolen, ACTION.trap, ACTION.redirect]
/** And what an action may (tcf_bpf_act). */
const OF_ACTIONS: readonly number[] = [
  ACTION.pipe,
  ACTION.reclassify,
  ACTION.ok,
  ACTION.redirect,
  ACTION.shot,
]
/** And a program of tcx. */
const OF_TCX: readonly number[] = [ACTION.ok, ACTION.shot, ACTION.redirect]

/** A filter of the clsact qdisc: a classifier, or one that matches all with an action. */
export interface Filter {
  readonly priority: number
  readonly handle: number
  readonly kind: "classifier" | "action"
  readonly attachment: Attachment
  /** What it was called when it was put in; the program's name where nobody said. */
  readonly label?: string
  /** Of a classifier: it does not decide, it only says whether a packet is meant; then its action decides, or it passes. */
  readonly onlyMatches?: boolean
  readonly action?: FilterAction
  /** Of one that matches all: the number of its action. */
  readonly actionIndex?: number
}

/** A program that decides over the packets that a filter means. */
export interface FilterAction {
  readonly attachment: Attachment
  readonly label: string
  /** Its number among the machine's actions of this kind. */
  readonly index: number
}

/** What the kernel gives filters that name no priority: below it, the next one lower each time. */
const FIRST_PRIORITY = 49152

/** What stands on one side of a device: programs of tcx first, then the filters of clsact. */
export class TrafficControl {
  readonly tcx = new OrderedPrograms()
  readonly #filters: Filter[] = []

  get filters(): readonly Filter[] {
    return this.#filters
  }

  /** The smaller the priority the earlier, and the smaller the handle. */
  addFilter(filter: Filter): () => void {
    this.#filters.push(filter)
    this.#filters.sort((a, b) => a.priority - b.priority || a.handle - b.handle)
    return () => this.removeFilter(filter)
  }

  /** What a filter gets that names no priority. */
  nextPriority(): number {
    return Math.min(FIRST_PRIORITY + 1, ...this.#filters.map(({ priority }) => priority)) - 1
  }

  /** And one that names no handle. */
  nextHandle(priority: number): number {
    const same = this.#filters.filter(filter => filter.priority === priority)
    return Math.max(0, ...same.map(({ handle }) => handle)) + 1
  }

  removeFilter(filter: Filter): void {
    const index = this.#filters.indexOf(filter)
    if (index >= 0) this.#filters.splice(index, 1)
  }

  get isEmpty(): boolean {
    return this.#filters.length === 0 && this.tcx.all.length === 0
  }

  /** The action that the programs of this side decide on. */
  decide(kernel: KernelCore, skb: Skb): number {
    for (const attachment of this.tcx.all) {
      const action = runOnSkb(kernel, skb.contextAddress, attachment)
      if (OF_TCX.includes(action)) return action
    }
    for (const { kind, attachment, onlyMatches, action: next } of [...this.#filters]) {
      const action = runOnSkb(kernel, skb.contextAddress, attachment)
      if (onlyMatches) {
        // cls_bpf: zero is no match, anything else a class.
        if (action === 0) continue
        const decided = next ? runOnSkb(kernel, skb.contextAddress, next.attachment) : ACTION.ok
        return OF_ACTIONS.includes(decided) ? decided : ACTION.pipe
      }
      if ((kind === "classifier" ? DIRECT : OF_ACTIONS).includes(action)) return action
    }
    return ACTION.unspec
  }
}
