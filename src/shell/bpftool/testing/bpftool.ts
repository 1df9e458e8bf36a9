import { readFileSync } from "node:fs"
import type { EmbeddedKernel } from "../../../embedded/index.ts"
import { runBpftool } from "../run-bpftool.ts"

export interface Ran {
  readonly status: number
  readonly out: string
  readonly err: string
}

const root = new URL("../../../../", import.meta.url)

/** Short names of objects of this repository, as command lines of tests have them. */
const OBJECTS: Readonly<Record<string, string>> = {
  "hello.bpf.o": "exhibits/hello/program.bpf.o",
  "types.bpf.o": "test/kernel/programs/types.bpf.o",
  "iterators.bpf.o": "test/kernel/programs/iterators.bpf.o",
  "congestion.bpf.o": "test/kernel/programs/congestion.bpf.o",
  "commands.bpf.o": "test/kernel/programs/commands.bpf.o",
  "test-run.bpf.o": "test/kernel/programs/test-run.bpf.o",
  "refusals.bpf.o": "test/kernel/programs/refusals.bpf.o",
}

/** A command line behind "bpftool", and what it writes; `files` are those of the machine outside. */
export async function bpftool(
  kernel: EmbeddedKernel,
  line: string,
  files: Readonly<Record<string, Uint8Array>> = {},
): Promise<Ran> {
  let [out, err] = ["", ""]
  const status = await runBpftool(line.split(" "), kernel, {
    out: text => {
      out += text
    },
    err: text => {
      err += text
    },
    readFile: async path => files[path] ?? readFileSync(new URL(OBJECTS[path] ?? path, root)),
  })
  return { status, out, err }
}

/** What a command writes, which succeeds. */
export async function outputOf(kernel: EmbeddedKernel, line: string): Promise<string> {
  const { status, out, err } = await bpftool(kernel, line)
  if (status !== 0 || err !== "") throw new Error(`bpftool ${line}: status ${status}: ${out}${err}`)
  return out
}

/** The same as JSON. */
export async function jsonOf(kernel: EmbeddedKernel, line: string): Promise<unknown> {
  return JSON.parse(await outputOf(kernel, `-j ${line}`))
}
