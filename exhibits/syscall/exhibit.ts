import type { Exhibit } from "skep"

const BYTES = 32
const NAMES = ["kept", "full", "deleted", "deletedAgain", "closed", "closedAgain", "knowsTask"]

/** A program that is run by hand, on memory that both sides read and write. */
const syscall: Exhibit = {
  title: "a program that makes system calls",
  async scenario({ object }) {
    const context = new Uint8Array(BYTES)
    new DataView(context.buffer).setUint32(0, 6, true)
    const run = await object.programs.fill?.run({ context })
    const { buffer, byteOffset } = run?.context ?? context
    const answer = new DataView(buffer, byteOffset)
    const values = NAMES.map((name, index) => [name, answer.getInt32((index + 1) * 4, true)])
    return { result: run?.result, ...Object.fromEntries(values) }
  },
  expected: {
    result: 0,
    kept: 4,
    full: -7,
    deleted: 0,
    deletedAgain: -2,
    closed: 0,
    closedAgain: -9,
    knowsTask: 1,
  },
}

export default syscall
