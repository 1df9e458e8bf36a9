import type { Noun } from "../objects/noun.ts"
import { MAP_TERM, PROGRAM_TERM } from "../objects/selectors.ts"
import { dequeue, enqueue, freeze, getnext, lookup, peek, pin, pop, push, remove, update } from "./change.ts"
import { create } from "./create.ts"
import { dump } from "./dump.ts"
import { eventPipe } from "./event-pipe.ts"
import { show } from "./show.ts"

/** `bpftool map …`: the maps that a kernel holds, in bpftool's manner. */
export const noun: Noun = {
  name: "map",
  summary: "Lists, makes, dumps and changes the maps that the kernel holds.",
  // In bpftool's order, which decides what a shortened word means.
  verbs: [
    show,
    dump,
    update,
    lookup,
    getnext,
    remove,
    pin,
    eventPipe,
    create,
    peek,
    push,
    enqueue,
    pop,
    dequeue,
    freeze,
  ],
  terms: [MAP_TERM, "DATA := { [hex] BYTES }", "VALUE := { DATA | MAP | PROG }", PROGRAM_TERM],
}
