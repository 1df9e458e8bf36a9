// Kernel functions that random programs call, as 6.12 numbers them.
import { loadBuiltinProfile } from "../../../dist/profile/node.js"

const NAMES = [
  "bpf_iter_num_new",
  "bpf_iter_num_next",
  "bpf_iter_num_destroy",
  "bpf_rcu_read_lock",
  "bpf_rcu_read_unlock",
  "bpf_preempt_disable",
  "bpf_preempt_enable",
  "bpf_dynptr_slice",
  "bpf_dynptr_size",
  "bpf_dynptr_is_null",
  "bpf_dynptr_clone",
]

const btf = (await loadBuiltinProfile("6.12")).btf()
const ids = new Map()
for (const id of btf.ids())
  if (btf.kindOf(id) === "func") {
    const { name } = btf.typeOf(id, "func")
    if (NAMES.includes(name)) ids.set(name, id)
  }

/** The call, as text. */
export function kfunc(name) {
  return `call ${name}#${ids.get(name)}`
}

export function kfuncName(id) {
  return NAMES.find(name => ids.get(name) === id)
}
