import type { Exhibit } from "skep"

interface Removal {
  readonly pid: number
  readonly dfd: number
  readonly result: number
  readonly path: string
}

/** Entry and return of one function of the kernel, brought together by thread. */
const kprobe: Exhibit = {
  title: "who removes which file, by a kprobe and a kretprobe",
  async scenario({ world, object, outcome }) {
    world.open("/tmp/letter", { create: true })
    const removed = ["/tmp/letter", "/tmp/letter", "/tmp"].map(path => outcome(() => world.unlink(path)))
    const all = object.events().map(({ value }) => value as Removal)
    const ours = all.filter(({ pid }) => pid === world.pid)
    return {
      removed,
      seen: ours.map(({ dfd, path, result }) => `${dfd} ${path}: ${result}`),
    }
  },
  expected: {
    removed: ["ok", "ENOENT", "EISDIR"],
    seen: ["-100 /tmp/letter: 0", "-100 /tmp/letter: -2", "-100 /tmp: -21"],
  },
}

export default kprobe
