import type { Noun } from "../objects/noun.ts"
import { listBuiltins } from "./list-builtins.ts"
import { probe } from "./probe.ts"

/** `skep feature …`: in bpftool's words. Listing what BPF has needs no kernel. */
export const noun: Noun = {
  name: "feature",
  isFree: true,
  summary: "Lists what BPF has, and asks a kernel what of it is there (with --linux).",
  verbs: [probe, listBuiltins],
  terms: ["GROUP := { prog_types | map_types | attach_types | link_types | helpers }"],
  options: [["--release <release>", "for list_builtins: only what this kernel release has, such as 6.1"]],
}
