import { type ChildProcessByStdio, spawn } from "node:child_process"
import { once } from "node:events"
import { rmSync, writeFileSync } from "node:fs"
import type { Readable, Writable } from "node:stream"
import { UsageError } from "../../base/index.ts"
import {
  type Executable,
  executableOf,
  findFunction,
  functionAt,
  type RunningProgram,
  type UserProgram,
} from "../../kernel/index.ts"

const EXECUTABLE = 0o755
const [REQUEST_BYTES, ANSWER_BYTES] = [32, 8]

/** Programs of user space that the world runs. */
export class Programs {
  readonly #images = new Map<string, Uint8Array>()
  readonly #running = new Set<Running>()

  install(path: string, { image }: UserProgram): void {
    writeFileSync(path, image, { mode: EXECUTABLE })
    this.#images.set(path, image)
  }

  async start(path: string): Promise<RunningProgram> {
    const image = this.#images.get(path)
    if (!image) throw new UsageError(`${path} is not installed`)
    const running = new Running(path, image)
    this.#running.add(running)
    return running
  }

  async endAll(): Promise<void> {
    for (const running of this.#running) await running[Symbol.asyncDispose]()
    this.#running.clear()
    for (const path of this.#images.keys()) rmSync(path, { force: true })
    this.#images.clear()
  }
}

class Running implements RunningProgram {
  readonly #path: string
  readonly #executable: Executable
  readonly #process: ChildProcessByStdio<Writable, Readable, null>
  readonly #exited: Promise<unknown>

  constructor(path: string, image: Uint8Array) {
    this.#path = path
    this.#executable = executableOf(image, path)
    this.#process = spawn(path, [], { stdio: ["pipe", "pipe", "inherit"] })
    this.#exited = once(this.#process, "exit")
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  async call(symbol: string, ...args: readonly (bigint | number)[]): Promise<bigint> {
    const executable = this.#executable
    const request = new DataView(new ArrayBuffer(REQUEST_BYTES))
    request.setBigUint64(0, executable.addressAt(findFunction(executable, symbol).offset) ?? 0n, true)
    args.forEach((value, index) => {
      request.setBigInt64((index + 1) * 8, BigInt.asIntN(64, BigInt(value)), true)
    })
    this.#process.stdin.write(new Uint8Array(request.buffer))
    const answer = await this.#answer()
    return new DataView(answer.buffer, answer.byteOffset).getBigInt64(0, true)
  }

  functionAt(address: bigint): string | undefined {
    return functionAt(this.#executable, address)
  }

  async #answer(): Promise<Uint8Array> {
    const { stdout } = this.#process
    for (;;) {
      const bytes: Uint8Array | null = stdout.read(ANSWER_BYTES)
      if (bytes) return Uint8Array.from(bytes)
      const more = await Promise.race([once(stdout, "readable"), this.#exited.then(() => undefined)])
      if (!more) throw new UsageError(`${this.#path} has ended`)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.stdin.end()
    await this.#exited
  }
}
