import { CLASS, catalogHelperNames, JUMP, PSEUDO_CALL } from "../../isa/index.ts"
import type { Walk } from "../walk/walk.ts"

/** Helpers that run a function of the program before they return, and those that have it run later. */
const SYNC_HELPERS = new Set(["bpf_for_each_map_elem", "bpf_find_vma", "bpf_loop", "bpf_user_ringbuf_drain"])
const ASYNC_HELPERS = new Set(["bpf_timer_set_callback"])
const SYNC_KFUNCS = new Set(["bpf_rbtree_add_impl"])
const ASYNC_KFUNCS = new Set(["bpf_wq_set_callback_impl"])

/** The name of what a call instruction calls outside the program; undefined for everything else. */
export function calledName(
  walk: Walk,
  at: number,
): { readonly kind: "helper" | "kfunc"; readonly name: string } | undefined {
  const { opcode, src, imm } = walk.code[at]!
  if (opcode !== (CLASS.JMP | JUMP.CALL)) return undefined
  if (src === PSEUDO_CALL.HELPER) {
    const name = catalogHelperNames.name(imm)
    return name === undefined ? undefined : { kind: "helper", name }
  }
  if (src !== PSEUDO_CALL.KFUNC) return undefined
  const reference = walk.program.references.get(at)
  return reference?.kind === "kfunc" ? { kind: "kfunc", name: reference.name } : undefined
}

export function callsSyncCallback(walk: Walk, at: number): boolean {
  const called = calledName(walk, at)
  return called !== undefined && (called.kind === "helper" ? SYNC_HELPERS : SYNC_KFUNCS).has(called.name)
}

export function callsAsyncCallback(walk: Walk, at: number): boolean {
  const called = calledName(walk, at)
  return called !== undefined && (called.kind === "helper" ? ASYNC_HELPERS : ASYNC_KFUNCS).has(called.name)
}

export function isIteratorNext(walk: Walk, at: number): boolean {
  const called = calledName(walk, at)
  return called?.kind === "kfunc" && /^bpf_iter_\w+_next$/.test(called.name)
}
