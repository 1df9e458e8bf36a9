import type { Noun } from "../objects/noun.ts"
import { MAP_TERM, PROGRAM_TERM } from "../objects/selectors.ts"
import { attach, detach, pin } from "./change.ts"
import { dump } from "./dump.ts"
import { load, loadall } from "./load.ts"
import { run } from "./run.ts"
import { show } from "./show.ts"
import { tracelog } from "./tracelog.ts"

/** `bpftool prog …`: the programs that a kernel holds, in bpftool's manner. */
export const noun: Noun = {
  name: "prog",
  summary: "Lists, loads, dumps, attaches and runs the programs that the kernel holds.",
  // In bpftool's order, which decides what a shortened word means.
  verbs: [show, dump, pin, load, loadall, attach, detach, tracelog, run],
  options: [
    [
      "--release <release>",
      "of run: the embedded kernel to model, 6.1, 6.12 or a profile file (default: 6.12)",
    ],
  ],
  terms: [
    PROGRAM_TERM,
    MAP_TERM,
    "TYPE := a section name such as xdp or cgroup/connect4",
    "ATTACH_TYPE := sk_msg_verdict | sk_skb_verdict | sk_skb_stream_verdict | sk_skb_stream_parser | flow_dissector",
  ],
}
