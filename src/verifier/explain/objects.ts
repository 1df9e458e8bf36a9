import { doing, type Explainer, type Failure, place } from "./failure.ts"
import { describe } from "./words.ts"

/** Pointers that are kept in map values: __kptr, __kptr_untrusted, __percpu_kptr. */
export const explainKptr: Explainer = failure => {
  const { message } = failure
  const told = { what: doing(failure), known: knownOf(failure) }
  if (/type=/.test(message))
    return {
      ...told,
      needs:
        "a pointer of the type that the field is declared with, at its start, as strong as the field asks",
      fix: "store only what an acquiring kfunc, bpf_obj_new or a load of the same field gave",
    }
  if (/referenced kptr/.test(message))
    return {
      ...told,
      needs: "bpf_kptr_xchg: what such a field holds is owned",
      fix: "exchange with bpf_kptr_xchg(&value->field, pointer), and release what comes back unless it is null",
    }
  if (/BTF/.test(message))
    return {
      ...told,
      needs: "a map whose value type says where its pointers are",
      fix: "declare the map with __type(value, struct …), and compile with -g",
    }
  return {
    ...told,
    needs: "whole loads and stores of eight bytes at the field's own offset, which is known",
    fix: "read the field into a variable by name, or exchange it with bpf_kptr_xchg",
  }
}

/** Objects of bpf_obj_new, and the lists and trees that own them. */
export const explainObject: Explainer = failure => {
  const { message } = failure
  const told = { what: doing(failure), known: knownOf(failure) }
  if (/must be held/.test(message))
    return {
      ...told,
      needs: "the bpf_spin_lock that lies in the same map value or object as the list or tree",
      fix: `call bpf_spin_lock on it before ${place(failure)}, and bpf_spin_unlock after`,
    }
  if (/constant offset|not found at offset|operation on|expected/.test(message))
    return {
      ...told,
      needs:
        "the list head or tree root of a map value or object, and the node that its __contains tag names",
      fix: "pass &value->head and &node->member by name, with the members that __contains() joins",
    }
  if (/rbtree cb/.test(message))
    return {
      ...told,
      needs: "a comparison that only reads",
      fix: "compare the two nodes and return; add and remove outside of the callback",
    }
  if (/local type ID|struct|BTF/.test(message))
    return {
      ...told,
      needs: "a structure of the program's own types",
      fix: "call bpf_obj_new(typeof(*pointer)) with a structure that the program declares, compiled with -g",
    }
  return {
    ...told,
    needs:
      "an object that the program owns: bpf_obj_new, bpf_refcount_acquire or a removal gave it, and nothing took it since",
    fix: "check what a removal gives for null, add an object once only, and drop it with bpf_obj_drop",
  }
}

/** Work queues: their callbacks run later, and may sleep. */
export const explainWorkItem: Explainer = failure => ({
  what: doing(failure),
  known: knownOf(failure),
  needs: "a struct bpf_wq of a map value, and the map in which it lies",
  fix: "pass &value->work and &map of the same map, with value from bpf_map_lookup_elem",
})

function knownOf({ held, register, message }: Failure): string {
  return held ? `r${register} is ${describe(held)}` : message
}
