import type { Exhibit, Program } from "skep"

/** A program on a tracepoint with a writable argument turns a success into an error. */
const rawTracepointWritable: Exhibit = {
  title: "making the test runs of other programs fail",
  programs: ["inject", "length"],
  async scenario({ object }) {
    const runs = [await run(object.programs.length), await run(object.programs.length)]
    const { finished, last_error } = object.globals
    return { runs, finished: Number(finished), lastError: last_error }
  },
  expected: { runs: ["EIO", 46], finished: 2, lastError: 0 },
}

async function run(program: Program | undefined): Promise<unknown> {
  try {
    return (await program?.run({ packet: new Uint8Array(60) }))?.result
  } catch (error) {
    return (error as { errno: unknown }).errno
  }
}

export default rawTracepointWritable
