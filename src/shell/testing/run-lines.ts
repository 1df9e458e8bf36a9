import { readFile } from "node:fs/promises"
import { SkepError } from "../../base/index.ts"
import type { BootOptions, EmbeddedKernel } from "../../embedded/index.ts"
import { bootMachine } from "../machine.ts"
import { runText } from "../run/run-list.ts"
import { openShell, type Shell } from "../shell.ts"

/** A shell whose output is kept. */
export interface TestShell extends AsyncDisposable {
  readonly kernel: EmbeddedKernel
  readonly shell: Shell
  /** Runs lines and gives what they wrote, standard error among it. */
  run(lines: string): Promise<string>
}

export interface TestOptions extends BootOptions {
  /** Files of the host by name; others are really read. */
  readonly files?: Readonly<Record<string, string | URL>>
}

export async function testShell({ files = {}, ...options }: TestOptions = {}): Promise<TestShell> {
  const kernel = await bootMachine(options)
  let written = ""
  const write = (text: string): void => {
    written += text
  }
  const shell = openShell(kernel, { out: write, err: write, readFile: path => hostFile(files[path] ?? path) })
  return {
    kernel,
    shell,
    async run(lines) {
      written = ""
      await runText(shell, lines)
      return written
    },
    async [Symbol.asyncDispose]() {
      shell.close()
      await kernel[Symbol.asyncDispose]()
    },
  }
}

async function hostFile(path: string | URL): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (cause) {
    throw new SkepError(`${path} cannot be read`, { cause })
  }
}
