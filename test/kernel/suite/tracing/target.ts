import { type ChildProcessByStdio, spawn } from "node:child_process"
import { createInterface } from "node:readline"
import type { Readable, Writable } from "node:stream"

export const TARGET = "/skep/test/target"

/** What the target prints after it has called its functions once. */
export interface Answer {
  readonly sum: number
  readonly twice: number
  readonly semaphore: number
}

/** A running test/kernel/programs/target.c. */
export class Target implements AsyncDisposable {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>
  readonly #lines: AsyncIterator<string>

  constructor(command = TARGET, args: readonly string[] = []) {
    this.#process = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] })
    this.#lines = createInterface(this.#process.stdout)[Symbol.asyncIterator]()
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  /** Lets it call its functions. */
  async act(): Promise<Answer> {
    this.#process.stdin.write("\n")
    const [sum, twice, semaphore] = String((await this.#lines.next()).value)
      .split(" ")
      .map(Number)
    return { sum: sum ?? 0, twice: twice ?? 0, semaphore: semaphore ?? 0 }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const end = new Promise(resolve => this.#process.on("exit", resolve))
    this.#process.stdin.end()
    await end
  }
}
