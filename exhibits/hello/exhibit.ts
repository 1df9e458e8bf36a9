import type { Exhibit } from "skep"

interface Record {
  readonly pid: number
  readonly message: string
  readonly command: string
}

/** One shell runs one program, and each of six programs sees it from another place. */
const hello: Exhibit = {
  title: "six ways to watch one execve(2)",
  async scenario({ world, object }) {
    const { pid, status } = await world.exec("/bin/true")
    const records = object.events().map(({ value }) => value as Record)
    const seen = records.filter(record => record.pid === pid)
    return { status, seen: seen.map(({ message }) => message) }
  },
  expected: {
    status: 0,
    seen: ["tp_execve", "ksyscall_execve", "kprobe_exec", "fentry_exec", "tp_btf_exec", "raw_tp_exec"],
  },
}

export default hello
