import type { Exhibit } from "skep"

const [ENOTDIR, EISDIR] = [20, 21]

/** The bare arguments of a tracepoint, without a record made of them. */
const rawTracepoint: Exhibit = {
  title: "failing system calls by errno",
  globals: ({ pid }) => ({ watched_pid: pid }),
  async scenario({ world, object, outcome }) {
    const { failures } = object.maps
    const outcomes = ["/tmp", "/tmp", "/bin/true/below"].map(path => outcome(() => world.unlink(path)))
    const count = async (errno: number): Promise<number> => Number((await failures?.get(errno)) ?? 0)
    return { outcomes, directories: await count(EISDIR), throughFiles: await count(ENOTDIR) }
  },
  expected: { outcomes: ["EISDIR", "EISDIR", "ENOTDIR"], directories: 2, throughFiles: 1 },
}

export default rawTracepoint
