// What the kernel is asked about the arguments of helpers: every helper, and every variant of it, in a program that
// may call it.
import { HELPER_PROTOTYPES, helperAllowed, helperPrototype } from "../../../dist/catalog/details.js"
import { HELPERS } from "../../../dist/catalog/index.js"

/** The type of map that a helper is for; 1, a hash, where any will do. */
const MAP_TYPES = {
  bpf_tail_call: 3,
  bpf_perf_event_read: 4,
  bpf_perf_event_read_value: 4,
  bpf_perf_event_output: 4,
  bpf_skb_output: 4,
  bpf_xdp_output: 4,
  bpf_map_lookup_percpu_elem: 5,
  bpf_get_stackid: 7,
  bpf_skb_under_cgroup: 8,
  bpf_current_task_under_cgroup: 8,
  bpf_redirect_map: 14,
  bpf_sk_redirect_map: 15,
  bpf_msg_redirect_map: 15,
  bpf_sock_map_update: 15,
  bpf_sk_redirect_hash: 18,
  bpf_msg_redirect_hash: 18,
  bpf_sock_hash_update: 18,
  bpf_get_local_storage: 19,
  bpf_sk_select_reuseport: 20,
  bpf_map_push_elem: 22,
  bpf_map_pop_elem: 22,
  bpf_map_peek_elem: 22,
  bpf_sk_storage_get: 24,
  bpf_sk_storage_delete: 24,
  bpf_ringbuf_output: 27,
  bpf_ringbuf_reserve: 27,
  bpf_ringbuf_query: 27,
  bpf_ringbuf_reserve_dynptr: 27,
  bpf_inode_storage_get: 28,
  bpf_inode_storage_delete: 28,
  bpf_task_storage_get: 29,
  bpf_task_storage_delete: 29,
  bpf_user_ringbuf_drain: 31,
  bpf_cgrp_storage_get: 32,
  bpf_cgrp_storage_delete: 32,
}

/** arguments.c's letter for a right value of an argument. */
function letter({ kind, nullable }, map) {
  switch (kind) {
    case "context":
      return "c"
    case "mapPointer":
      return `m${map}`
    case "mapKey":
    case "mapValue":
    case "memory":
      return "b"
    case "size":
    case "sizeOrZero":
      return "s"
    case "anything":
    case "scalar":
    case "allocationSize":
      return "a"
    case "constString":
      return "t"
    default:
      return nullable ? "n" : "x"
  }
}

/** So many programs are asked about one form of a helper: not every one loads on every kernel. */
const PROGRAMS = 8

/** Questions for each helper and form of it: the line for arguments.c, the helper, the program's label, the form. */
export function argumentQuestions(programs, release, config) {
  const asked = programs
    .map(line => line.split(" "))
    .filter(([label]) => !/~|^ext/.test(label))
    .map(([label, type, attach, flags, , kind, name]) => ({
      label,
      caller: { ...readLabel(label), release, config },
      fields: [type, attach, flags, kind, name],
    }))
  return HELPER_PROTOTYPES.flatMap(({ name }) => {
    const { id } = HELPERS.find(row => row.name === name)
    const forms = new Map()
    for (const { label, caller, fields } of asked) {
      if (!helperAllowed(name, caller).allowed) continue
      const list = helperPrototype(name, caller).arguments.filter(
        ({ kind }) => !/variadic|unchecked/.test(kind),
      )
      const values = list.map(argument => letter(argument, MAP_TYPES[name] ?? 1))
      const end = values.indexOf("x")
      const form = JSON.stringify(list)
      const questions = forms.get(form) ?? []
      forms.set(form, questions)
      const line = `${id} ${fields.join(" ")} ${values.slice(0, end < 0 ? 5 : end + 1)}`
      if (list.length > 0 && questions.length < PROGRAMS)
        questions.push({ line, helper: name, program: label, form })
    }
    return [...forms.values()].flat()
  })
}

/** For each form the first program that loads, with what the kernel said of each argument. */
export function argumentAnswers(questions, text) {
  const lines = text.trim().split("\n")
  if (lines.length !== questions.length)
    throw new Error(`${questions.length} questions, ${lines.length} answers`)
  const forms = new Map()
  for (const [i, { helper, program, form }] of questions.entries()) {
    const says = lines[i].split("|").slice(1)
    const key = `${helper} ${form}`
    if (!forms.has(key) && !says.includes("!")) forms.set(key, { helper, program, says })
  }
  return [...forms.values()]
}

function readLabel(label) {
  const [, programType, attachType, hook, sleepable] = /^(\w+)(?:\/(\w+))?(?:@([^+]+))?(\+sleepable)?$/.exec(
    label,
  )
  return { programType, attachType, hook, sleepable: sleepable !== undefined }
}
