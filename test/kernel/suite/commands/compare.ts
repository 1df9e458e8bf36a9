import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"

export interface Ran {
  readonly status: number
  readonly out: string
  readonly err: string
}

type Main = (args: readonly string[], io: unknown) => Promise<number>

/** The command line without a new process each: starting Node takes a second in the guest. */
const { main } = (await import(new URL("../../../dist/cli/main.js", import.meta.url).pathname)) as {
  main: Main
}
const { readFileTyped } = (await import(
  new URL("../../../dist/cli/program.js", import.meta.url).pathname
)) as {
  readFileTyped: unknown
}

const plainStyle = new Proxy({}, { get: () => (text: string) => text })

/** `skep --linux …` in this process. */
export async function skep(...args: string[]): Promise<Ran> {
  let [out, err] = ["", ""]
  const io = {
    out: (text: string) => {
      out += text
    },
    err: (text: string) => {
      err += text
    },
    style: plainStyle,
    readFile: readFileTyped,
  }
  return { status: await main(["--linux", ...args], io), out, err }
}

export function bpftool(...args: string[]): Ran {
  const { status, stdout, stderr } = spawnSync("bpftool", args, { encoding: "utf8", maxBuffer: 1 << 26 })
  return { status: status ?? -1, out: stdout, err: stderr }
}

/** The same words give the same text, the same JSON, and the same JSON on many lines. */
export async function compare(...args: string[]): Promise<void> {
  for (const form of [[], ["-j"], ["-p"]]) {
    const wanted = bpftool(...form, ...args)
    const given = await skep(...form, ...args)
    assert.equal(given.out, wanted.out, `${form.join("")} ${args.join(" ")}: ${given.err}${wanted.err}`)
    assert.equal(given.status, wanted.status === 0 ? 0 : 1)
    assert.notEqual(wanted.out, "", `bpftool ${args.join(" ")} prints nothing: ${wanted.err}`)
  }
}
