import type { Exhibit } from "skep"

/** Reading a link runs its program once for every task. */
const iterTask: Exhibit = {
  title: "a list of processes, written by the kernel",
  async scenario({ world, links }) {
    const text = (await links.list_processes?.read()) ?? ""
    const [head, ...lines] = text.trimEnd().split("\n")
    const last = lines.pop()
    const pids = lines.map(line => Number(line.slice(0, 8)))
    const again = (await links.list_processes?.read()) ?? ""
    return {
      head,
      countsThem: last === `${lines.length} processes`,
      hasUs: pids.includes(world.pid),
      startsWithInit: pids[0] === 1,
      inOrder: pids.every((pid, index) => index === 0 || pid > (pids[index - 1] ?? 0)),
      canBeReadAgain: again.split("\n")[0] === head,
    }
  },
  expected: {
    head: " process   parent command",
    countsThem: true,
    hasUs: true,
    startsWithInit: true,
    inOrder: true,
    canBeReadAgain: true,
  },
}

export default iterTask
