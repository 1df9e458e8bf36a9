import type { Exhibit } from "skep"

interface End {
  readonly pid: number
  readonly status: number
  readonly command: string
}

/** A tracepoint whose argument is a task, read field by field. */
const tpBtf: Exhibit = {
  title: "how the children of a process end",
  globals: ({ pid }) => ({ watched_pid: pid }),
  async scenario({ world, object }) {
    const children = [await world.exec("/bin/true"), await world.exec("/bin/false")]
    const all = object.events().map(({ value }) => value as End)
    const ours = all.filter(end => children.some(({ pid }) => pid === end.pid))
    return { ends: ours.map(({ command, status }) => `${command} ${status}`) }
  },
  expected: { ends: ["true 0", "false 1"] },
}

export default tpBtf
