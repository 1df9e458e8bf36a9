import type { Exhibit } from "skep"

const BYTES = 32

/** A program that is run by hand, on memory that both sides read and write. */
const syscall: Exhibit = {
  title: "a program that makes system calls",
  async scenario({ object }) {
    const context = new Uint8Array(BYTES)
    const request = new DataView(context.buffer)
    request.setUint32(0, 7, true)
    request.setUint32(4, 3, true)
    const run = await object.programs.count?.run({ context })
    const { buffer, byteOffset } = run?.context ?? context
    const answer = new DataView(buffer, byteOffset)
    return {
      result: run?.result,
      count: Number(answer.getBigUint64(8, true)),
      missing: answer.getInt32(16, true),
      closed: answer.getInt32(20, true),
      closedAgain: answer.getInt32(24, true),
      knowsTask: answer.getUint32(28, true),
    }
  },
  expected: { result: 0, count: 3, missing: -2, closed: 0, closedAgain: -9, knowsTask: 1 },
}

export default syscall
