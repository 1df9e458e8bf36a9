import type { ObjectKind } from "../../kernel/index.ts"
import type { Noun, Verb } from "../objects/noun.ts"
import { LINK_TERM, selectLink } from "../objects/selectors.ts"
import { show } from "./show.ts"

const KIND: ObjectKind = "link"

const pin: Verb = {
  names: ["pin"],
  words: "LINK FILE",
  summary: "keep a link under a path of a BPF file system",
  async run(words, { objects, json }) {
    const kernel = await objects()
    const { id } = selectLink(words, kernel)
    const path = words.next("a path")
    words.end()
    kernel.pin(KIND, id, path)
    json?.null()
  },
}

const detach: Verb = {
  names: ["detach"],
  words: "LINK",
  summary: "take a link's program off its hook, while the link itself stays",
  async run(words, { objects, json }) {
    const kernel = await objects()
    const { id } = selectLink(words, kernel)
    words.end()
    kernel.detachLink(id)
    json?.null()
  },
}

/** `bpftool link …`: the links that a kernel holds, in bpftool's manner. */
export const noun: Noun = {
  name: "link",
  summary: "Lists, pins and detaches the links that the kernel holds.",
  verbs: [show, pin, detach],
  terms: [LINK_TERM],
}
