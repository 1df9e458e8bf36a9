import { attachType } from "../../catalog/index.ts"
import type { KernelObjects } from "../../kernel/index.ts"
import { parseAttachType } from "../objects/attach-type-words.ts"
import type { Verb } from "../objects/noun.ts"
import { selectMap, selectProgram } from "../objects/selectors.ts"
import type { Words } from "../objects/words.ts"

export const pin: Verb = {
  names: ["pin"],
  words: "PROG FILE",
  summary: "keep a program under a path of a BPF file system",
  async run(words, { objects, json }) {
    const kernel = await objects()
    const { id } = selectProgram(words, kernel)
    const path = words.next("a path")
    words.end()
    kernel.pin("program", id, path)
    json?.null()
  },
}

export const attach: Verb = {
  names: ["attach"],
  words: "PROG ATTACH_TYPE [MAP]",
  summary:
    "attach a program of sockets to a sockmap or sockhash, or a flow dissector to the network namespace",
  async run(words, { objects, json }) {
    const kernel = await objects()
    const { program, type, map } = readTarget(words, kernel)
    kernel.attachProgram(program, type, map)
    json?.null()
  },
}

export const detach: Verb = {
  names: ["detach"],
  words: "PROG ATTACH_TYPE [MAP]",
  summary: "undo attach",
  async run(words, { objects, json }) {
    const kernel = await objects()
    const { program, type, map } = readTarget(words, kernel)
    kernel.detachProgram(program, type, map)
    json?.null()
  },
}

interface Target {
  readonly program: number
  readonly type: number
  readonly map: number | undefined
}

function readTarget(words: Words, kernel: KernelObjects): Target {
  const program = selectProgram(words, kernel).id
  const type = parseAttachType(words.next("an attach type"))
  const map = attachType(type)?.name === "flow_dissector" ? undefined : selectMap(words, kernel).id
  words.end()
  return { program, type, map }
}
