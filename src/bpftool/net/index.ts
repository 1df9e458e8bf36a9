import { SkepError, UsageError } from "../../base/index.ts"
import type { XdpAttachMode } from "../../kernel/index.ts"
import type { Noun, Verb } from "../objects/noun.ts"
import { PROGRAM_TERM, selectProgram } from "../objects/selectors.ts"
import type { Words } from "../objects/words.ts"
import { readDevice } from "./read-device.ts"
import { show } from "./show.ts"

const MODES: readonly XdpAttachMode[] = ["xdp", "xdpgeneric", "xdpdrv", "xdpoffload"]

const attach: Verb = {
  names: ["attach"],
  words: "ATTACH_TYPE PROG dev NAME [overwrite]",
  summary: "put an XDP program on a network interface, where it stays after this command",
  async run(words, { objects, json }) {
    const mode = readMode(words)
    const kernel = await objects()
    const { id } = selectProgram(words, kernel)
    const device = readDevice(words)
    const replace = words.take("overwrite") !== undefined
    words.end()
    explain(`interface ${mode} attach failed`, () => kernel.setXdp(device, mode, id, { replace }))
    json?.null()
  },
}

const detach: Verb = {
  names: ["detach"],
  words: "ATTACH_TYPE dev NAME",
  summary: "take the XDP program off a network interface",
  async run(words, { objects, json }) {
    const mode = readMode(words)
    const device = readDevice(words)
    words.end()
    const kernel = await objects()
    const off = (): void => kernel.setXdp(device, mode, undefined, { replace: true })
    explain(`interface ${mode} detach failed`, off)
    json?.null()
  },
}

function readMode(words: Words): XdpAttachMode {
  const mode = words.take(...MODES)
  if (mode !== undefined) return mode as XdpAttachMode
  throw new UsageError(`invalid net attach/detach type: ${words.peek() ?? "nothing"}`)
}

/** Says what was tried in front of the kernel's own words. */
function explain(action: string, act: () => void): void {
  try {
    act()
  } catch (error) {
    if (!(error instanceof SkepError)) throw error
    throw new SkepError(`${action}: ${error.message}`, {
      ...(error.errno && { errno: error.errno }),
      ...(error.hint !== undefined && { hint: error.hint }),
      cause: error,
    })
  }
}

/** `bpftool net …`: programs on network interfaces, in bpftool's manner. */
export const noun: Noun = {
  name: "net",
  summary: "Lists programs of XDP and traffic control, attaches and detaches those of XDP.",
  verbs: [show, attach, detach],
  terms: [PROGRAM_TERM, "ATTACH_TYPE := { xdp | xdpgeneric | xdpdrv | xdpoffload }"],
}
