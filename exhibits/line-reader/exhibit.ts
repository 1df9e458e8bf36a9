import type { Exhibit } from "skep"
import { DESK } from "../programs/desk.ts"

interface Line {
  readonly pid: number
  readonly command: string
  readonly text: string
}

const binary = "/tmp/skep-desk"

/** The result of a function is a pointer to what somebody has typed. */
const lineReader: Exhibit = {
  title: "what is typed at a prompt, by the result of readline()",
  setUp: world => world.install(binary, DESK),
  async scenario({ world, object }) {
    const desk = await world.start(binary)
    for (let line = 0; line < 4; line++) await desk.call("desk_ask")
    const all = object.events().map(({ value }) => value as Line)
    const ours = all.filter(({ pid }) => pid === desk.pid)
    return { commands: [...new Set(ours.map(({ command }) => command))], typed: ours.map(({ text }) => text) }
  },
  expected: { commands: ["skep-desk"], typed: ["uptime", "ls -l /tmp", "uptime", "ls -l /tmp"] },
}

export default lineReader
