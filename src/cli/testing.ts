import picocolors from "picocolors"
import { main } from "./main.ts"
import { readFileTyped, writeFileTyped } from "./program.ts"

export interface Ran {
  readonly status: number
  readonly out: string
  readonly err: string
}

/** Runs a command line in this process and gives what it wrote; for tests. */
export async function runSkep(...args: string[]): Promise<Ran> {
  let [out, err] = ["", ""]
  const status = await main(args, {
    out: text => {
      out += text
    },
    err: text => {
      err += text
    },
    style: picocolors.createColors(false),
    readFile: readFileTyped,
    writeFile: writeFileTyped,
  })
  return { status, out, err }
}
