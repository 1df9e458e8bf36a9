import { encodeUtf8, UsageError } from "../../base/index.ts"
import { findFunction, findUsdtPlaces, type UsdtPlace, type UserCalls } from "../../kernel/index.ts"
import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import { runUserCode } from "../tasks/page-fault.ts"
import { userCallsOf } from "../tracing/call-stack.ts"
import { TRACE_FLAGS } from "../tracing/trace-flags.ts"
import type { InstalledProgram } from "./installed-program.ts"
import { passArguments } from "./pass-arguments.ts"
import { placeArguments } from "./usdt-arguments.ts"
import type { UserProbe } from "./user-hooks.ts"

/** From here on bpf_get_func_ip knows where a uprobe stands. */
const FUNCTION_IP_SINCE = "6.7"

/**
 * A function of a program, called in the process on the CPU: probes at its entry run, then what its owner says it does, then
 * probes at its return. Throws UsageError when nobody says what it does, AttachError when the file has no such function.
 */
export function callFunction(
  kernel: KernelCore,
  program: InstalledProgram,
  symbol: string,
  args: readonly bigint[],
): bigint {
  const { executable, functions, conventions } = program
  const { offset } = findFunction(executable, symbol)
  const body = functions[symbol]
  if (!body)
    throw new UsageError(`nobody says what ${symbol} of ${executable.path} does`, { errno: "ENOSYS" })
  const address = executable.addressAt(offset) ?? offset
  const { instruction, result: answer, stack } = kernel.architecture.registers
  const registers = kernel.current.userRegisters()
  const caller = registers.get(instruction)
  registers.set(instruction, address).set(stack, kernel.current.setUpStack() - STACK_IN_USE)
  const convention = conventions[symbol] ?? "c"
  passArguments(kernel, registers, convention, args)
  const probes = kernel.userHooks.at(program.node, offset, kernel.current.tgid)
  const calls = userCallsOf(kernel.current)
  calls.push(address)
  runUserCode(kernel, Number(address))
  runProbes(kernel, probes, "entry", registers, address)
  const result = body(callsOf(kernel, program, offset), ...args)
  calls.pop()
  registers.set(answer, BigInt.asUintN(64, result)).set(instruction, address)
  runProbes(kernel, probes, "return", registers, address)
  registers.set(instruction, caller)
  return result
}

/** In a millisecond. */
const NANOSECONDS = 1e6
/** What the program has of its stack already. */
const STACK_IN_USE = 0x400

function runProbes(
  kernel: KernelCore,
  probes: readonly UserProbe[],
  on: UserProbe["on"],
  registers: KernelObject,
  address: bigint,
): void {
  const facts = {
    traceFlags: TRACE_FLAGS.kretprobe(),
    ...(kernel.since(FUNCTION_IP_SINCE) && { functionAddress: address }),
  }
  for (const probe of probes) if (probe.on === on) kernel.run(probe, registers.address, facts)
}

function callsOf(kernel: KernelCore, program: InstalledProgram, start: bigint): UserCalls {
  return {
    call: (symbol, ...args) => callFunction(kernel, program, symbol, args),
    text: text => BigInt(kernel.current.pushUser(encodeUtf8(`${text}\0`))),
    work(milliseconds) {
      kernel.clock.advance(BigInt(Math.round(milliseconds * NANOSECONDS)))
    },
    probe(provider, name, ...args) {
      const places = findUsdtPlaces(program.executable, provider, name).filter(
        ({ offset }) => offset >= start,
      )
      const place = places.reduce((one, other) => (other.offset < one.offset ? other : one), places[0]!)
      const probes = kernel.userHooks.at(program.node, place.offset, kernel.current.tgid)
      if (probes.length === 0) return
      const registers = kernel.current.userRegisters()
      const restore = placeArguments(kernel, registers, place.arguments, args)
      registers.set(kernel.architecture.registers.instruction, place.address)
      runProbes(kernel, probes, "entry", registers, place.address)
      restore()
    },
    watchers(provider, name) {
      const [{ semaphore }] = findUsdtPlaces(program.executable, provider, name) as [UsdtPlace]
      return semaphore === 0n
        ? 0n
        : BigInt(kernel.userHooks.counted(program.node, semaphore, kernel.current.tgid))
    },
  }
}
