import { errnoNumber, SystemCallError, UsageError } from "../../base/index.ts"
import { functionAt, type RunningProgram } from "../../kernel/index.ts"
import type { KernelCore } from "../core.ts"
import { programOf } from "../user/index.ts"
import type { Process } from "./process.ts"

/** A process that runs an installed program and does what it is told. Throws UsageError, SystemCallError. */
export function startProgram(kernel: KernelCore, world: { spawn(): Process }, path: string): RunningProgram {
  const node = kernel.files.find(path)
  const program = node && programOf(node)
  if (!program) throw new UsageError(`${path} is not installed`)
  const process = world.spawn()
  const result = process.exec(path)
  if (!result.ok) {
    process.exit(127)
    throw new SystemCallError("execve", errnoNumber(result.errno))
  }
  return {
    pid: process.pid,
    async call(symbol, ...args) {
      return process.call(
        program,
        symbol,
        args.map(value => BigInt.asIntN(64, BigInt(value))),
      )
    },
    functionAt: address => functionAt(program.executable, address),
    async [Symbol.asyncDispose]() {
      if (!process.end) process.exit(0)
    },
  }
}
