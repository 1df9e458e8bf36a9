import type { Exhibit } from "skep"

const functions = ["do_unlinkat", "vfs_unlink", "security_inode_unlink"]

/** The path that a call takes through functions of the kernel, down and up again. */
const kprobeMulti: Exhibit = {
  title: "many functions by one program, told apart by cookies",
  // Debian builds its 6.1 without CONFIG_FPROBE.
  since: "6.12",
  globals: ({ pid }) => ({ watched_pid: pid }),
  attach: {
    enter: { kind: "kprobeMulti", functions, cookies: [1n, 2n, 3n] },
    leave: { kind: "kprobeMulti", functions, cookies: [11n, 12n, 13n], return: true },
  },
  async scenario({ world, object }) {
    world.open("/tmp/branch", { create: true })
    world.unlink("/tmp/branch")
    const calls: number[] = []
    for await (const [, cookie] of object.maps.calls?.take() ?? []) calls.push(Number(cookie))
    return { calls, asked: Number(object.globals.asked) }
  },
  expected: { calls: [1, 2, 3, 13, 12, 11], asked: 2 },
}

export default kprobeMulti
