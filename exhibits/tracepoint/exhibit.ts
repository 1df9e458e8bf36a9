import type { Exhibit } from "skep"

interface Step {
  readonly what: string
  readonly pid: number
  readonly number: number
  readonly path: string
}

/** The fields of a trace event as its format file lists them, a string of any length among them. */
const tracepoint: Exhibit = {
  title: "which program each process runs, by trace events",
  async scenario({ world, object }) {
    const { pid, status } = await world.exec("/bin/true", { args: ["with", "arguments"] })
    const steps = object.events().map(({ value }) => value as Step)
    const ours = steps.filter(step => step.pid === pid)
    return { status, ours: ours.map(({ what, number, path }) => `${what} ${number} ${path}`.trim()) }
  },
  expected: { status: 0, ours: ["program 1 /bin/true", "result 0"] },
}

export default tracepoint
