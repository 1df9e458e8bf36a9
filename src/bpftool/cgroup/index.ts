import { UsageError } from "../../base/index.ts"
import { parseAttachType } from "../objects/attach-type-words.ts"
import type { Noun, Verb } from "../objects/noun.ts"
import { PROGRAM_TERM, selectProgram } from "../objects/selectors.ts"
import type { Words } from "../objects/words.ts"
import { show, tree } from "./show.ts"

/** BPF_F_ALLOW_*. */
const FLAGS = { override: 1, multi: 2 } as const

const attach: Verb = {
  names: ["attach"],
  words: "CGROUP ATTACH_TYPE PROG [multi | override]",
  summary: "put a program on a control group, where it stays after this command",
  async run(words, { objects, json }) {
    const path = words.next("the path of a control group")
    const type = parseAttachType(words.next("an attach type"))
    const kernel = await objects()
    const { id } = selectProgram(words, kernel)
    kernel.attachToCgroup(path, type, id, readFlags(words))
    json?.null()
  },
}

function readFlags(words: Words): number {
  let flags = 0
  while (!words.isEmpty) {
    const flag = words.take("multi", "override") as keyof typeof FLAGS | undefined
    if (flag === undefined) throw new UsageError(`unknown option: ${words.peek()}`)
    flags |= FLAGS[flag]
  }
  return flags
}

const detach: Verb = {
  names: ["detach"],
  words: "CGROUP ATTACH_TYPE PROG",
  summary: "take a program off a control group",
  async run(words, { objects, json }) {
    const path = words.next("the path of a control group")
    const type = parseAttachType(words.next("an attach type"))
    const kernel = await objects()
    const { id } = selectProgram(words, kernel)
    words.end()
    kernel.detachFromCgroup(path, type, id)
    json?.null()
  },
}

/** `bpftool cgroup …`: programs on control groups, in bpftool's manner. */
export const noun: Noun = {
  name: "cgroup",
  summary: "Lists, attaches and detaches programs of control groups.",
  verbs: [show, tree, attach, detach],
  terms: [
    PROGRAM_TERM,
    "ATTACH_TYPE := a name such as cgroup_inet_ingress; see skep feature list_builtins attach_types",
  ],
}
