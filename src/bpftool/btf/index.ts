import type { Noun } from "../objects/noun.ts"
import { MAP_TERM, PROGRAM_TERM } from "../objects/selectors.ts"
import { dump } from "./dump.ts"
import { show } from "./show.ts"

/** `skep btf …`: in bpftool's words, so that what one knows of it works here. Dumping a file needs no kernel. */
export const noun: Noun = {
  name: "btf",
  isFree: true,
  summary: "Prints type information: of a file, or what a kernel holds (with --linux).",
  verbs: [show, dump],
  terms: [
    "SOURCE := { file FILE | id BTF_ID | prog PROG | map MAP [{key | value | kv | all}] }",
    "FORMAT := { raw | c }",
    MAP_TERM,
    PROGRAM_TERM,
  ],
  options: [["-B, --base <file>", "what split BTF was split from, for kernel modules"]],
}
