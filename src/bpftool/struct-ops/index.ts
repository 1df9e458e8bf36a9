import type { Noun } from "../objects/noun.ts"
import { register, unregister } from "./register.ts"
import { dump, show } from "./show.ts"

/** `bpftool struct_ops …`: programs in place of functions of the kernel, in bpftool's manner. */
export const noun: Noun = {
  name: "struct_ops",
  summary: "Lists, dumps, registers and unregisters struct_ops maps.",
  verbs: [show, register, unregister, dump],
  terms: ["STRUCT_OPS_MAP := { id STRUCT_OPS_MAP_ID | name STRUCT_OPS_MAP_NAME }"],
}
