import type { Exhibit } from "skep"

interface Opened {
  readonly result: number
  readonly creates: number
  readonly mode: number
  readonly path: string
}

/** Arguments of a system call as user space gave them, strings still in its memory. */
const ksyscall: Exhibit = {
  title: "which files are opened how, at the system call",
  globals: ({ pid }) => ({ watched_pid: pid }),
  async scenario({ world, object, outcome }) {
    const opened = [
      outcome(() => world.open("/tmp/shelf-book", { create: true, exclusive: true, mode: 0o600 })),
      outcome(() => world.open("/tmp/shelf-book", { create: true, exclusive: true, mode: 0o600 })),
      outcome(() => world.open("/tmp/shelf-board")),
    ]
    world.unlink("/tmp/shelf-book")
    const all = object.events().map(({ value }) => value as Opened)
    const ours = all.filter(({ path }) => path.startsWith("/tmp/shelf-"))
    return {
      opened,
      seen: ours.map(({ path, creates, mode, result }) =>
        creates ? `${path} created with mode ${mode.toString(8)}: ${result}` : `${path}: ${result}`,
      ),
    }
  },
  expected: {
    opened: ["ok", "EEXIST", "ENOENT"],
    seen: [
      "/tmp/shelf-book created with mode 600: 0",
      "/tmp/shelf-book created with mode 600: -17",
      "/tmp/shelf-board: -2",
    ],
  },
}

export default ksyscall
