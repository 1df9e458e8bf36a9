import { FRAME_POINTER, type Operand, type Operation, type OperationOf } from "../isa/index.ts"
import { type Arena, addressOf, castPointer } from "./arena.ts"
import { alu32, alu64, atomicResult, compare32, compare64, swapBytes } from "./arithmetic.ts"
import { FAULT_REASONS } from "./fault-reasons.ts"
import { isFunction } from "./functions.ts"
import { InstructionFault } from "./instruction-fault.ts"
import {
  type CallArguments,
  type CallFrame,
  type CallResult,
  type ExecutableProgram,
  MAX_FRAMES,
  MAX_LOOPS,
  MAX_TAIL_CALLS,
  type Machine,
  ProgramExit,
  TailCall,
} from "./machine.ts"
import { AccessRefusal, MemoryAccess } from "./memory-access.ts"
import { prepare } from "./prepare.ts"
import { RegisterFile } from "./register-file.ts"
import { StackArena } from "./stack-arena.ts"
import { Unwind } from "./unwind.ts"

export interface InterpretOptions {
  /** Slot to start at: a callback that runs on its own (a timer's); 0 by default. */
  readonly entry?: number
}

/**
 * Runs a program to its end and gives r0, unsigned. `registers` are r1 or r1 … r5, missing ones 0; a function
 * pointer in a register is its slot. What RFC 9669 leaves open is decided here for every engine: registers that
 * were never written hold 0, a call keeps r1 … r5, stack bytes keep what stood there.
 * Throws InstructionFault for a wild access, an instruction without a meaning, a jump out of the program, more
 * than 8 frames, a full stack or an empty fuel tank; what the machine's calls throw comes through.
 */
export function interpret(
  program: ExecutableProgram,
  machine: Machine,
  registers: bigint | readonly bigint[] = [],
  options: InterpretOptions = {},
): bigint {
  const args = typeof registers === "bigint" ? [registers] : registers
  const run = new Run(machine)
  try {
    const entry = options.entry ?? 0
    return run.execute(program, entry, args, 0, entry)
  } catch (error) {
    if (error instanceof Unwind && error.run === run) return BigInt.asUintN(64, error.result)
    throw error
  }
}

/** One active function. */
interface Frame {
  program: ExecutableProgram
  operations: readonly Operation[]
  readonly registers: RegisterFile
  /** The slot that runs: in callers, the call. */
  slot: number
  loopsLeft: number
}

/** What all frames, callbacks and tail-called programs of one run share. */
class Run {
  readonly #machine: Machine
  readonly #memory: MemoryAccess
  readonly #stack: StackArena
  #fuel: number
  #tailCalls = 0

  constructor(machine: Machine) {
    this.#machine = machine
    this.#memory = new MemoryAccess(machine.memory)
    this.#stack = StackArena.of(machine.stack)
    this.#fuel = machine.fuel === undefined ? Number.POSITIVE_INFINITY : Number(machine.fuel)
  }

  /** Runs the function at `entry` until it exits; `depth` frames are active below it, and it was called at `callingSlot`. */
  execute(
    program: ExecutableProgram,
    entry: number,
    args: readonly bigint[],
    depth: number,
    callingSlot: number,
  ): bigint {
    const mark = this.#stack.mark
    const frames: Frame[] = []
    try {
      frames.push(this.#newFrame(program, entry, depth, program, callingSlot))
      args.slice(0, 5).forEach((value, index) => {
        frames[0]!.registers.u64[index + 1] = value
      })
      return this.#loop(frames, depth)
    } finally {
      this.#stack.release(mark)
    }
  }

  #newFrame(
    program: ExecutableProgram,
    slot: number,
    depth: number,
    callingProgram: ExecutableProgram,
    callingSlot: number,
  ): Frame {
    const fault = (reason: string) =>
      new InstructionFault({ program: callingProgram, slot: callingSlot, reason })
    if (depth >= MAX_FRAMES) throw fault(FAULT_REASONS.tooDeep)
    const framePointer = this.#stack.enter()
    if (framePointer === undefined) {
      throw fault(FAULT_REASONS.noRoom(this.#machine.stack))
    }
    const registers = new RegisterFile()
    registers.u64[FRAME_POINTER] = BigInt(framePointer)
    return {
      program,
      operations: prepare(program.instructions),
      registers,
      slot,
      loopsLeft: this.#machine.loopBudget ?? MAX_LOOPS,
    }
  }

  #loop(frames: Frame[], depth: number): bigint {
    let frame = frames[0]!
    try {
      for (;;) {
        const operation = frame.operations[frame.slot]
        if (operation === undefined) throw new AccessRefusal(FAULT_REASONS.left)
        if (this.#fuel <= 0) throw new AccessRefusal(FAULT_REASONS.fuel(this.#machine.fuel))
        this.#fuel--
        switch (operation.kind) {
          case "jump":
            frame.slot = operation.target
            break
          case "branch":
            frame.slot = this.#holds(operation, frame.registers) ? operation.target : frame.slot + 1
            break
          case "mayGoto":
            if (frame.loopsLeft === 0) frame.slot = operation.target
            else {
              frame.loopsLeft--
              frame.slot++
            }
            break
          case "call": {
            const callee = this.#calledSlot(operation, frame)
            if (callee === undefined) this.#callOut(operation, frame, depth + frames.length)
            else {
              const { registers } = frame
              frame = this.#newFrame(frame.program, callee, depth + frames.length, frame.program, frame.slot)
              frames.push(frame)
              frame.registers.u64.set(registers.u64.subarray(1, 6), 1)
            }
            break
          }
          case "packetLoad":
          case "exit": {
            if (operation.kind === "packetLoad" && this.#loadPacket(operation, frame.registers)) {
              frame.slot++
              break
            }
            const result = frame.registers.u64[0]!
            frames.pop()
            const caller = frames.at(-1)
            if (caller === undefined) return result
            this.#stack.release(Number(frame.registers.u64[FRAME_POINTER]!))
            frame = caller
            frame.registers.u64[0] = result
            frame.slot++
            break
          }
          case "load64":
            this.#load64(operation, frame.registers)
            frame.slot += 2
            break
          default:
            this.#step(operation, frame.registers, frame.program.arena)
            frame.slot++
        }
      }
    } catch (error) {
      if (!(error instanceof AccessRefusal)) throw error
      throw this.#fault(frame, error.reason)
    }
  }

  #fault({ program, operations, slot, registers }: Frame, reason: string): InstructionFault {
    const operation = operations[slot]
    if (operation === undefined || !("base" in operation))
      return new InstructionFault({ program, slot, reason })
    const address = registers.exactAddress(operation.base, operation.offset)
    const at = FAULT_REASONS.at(reason, address)
    return new InstructionFault({ program, slot, reason: at, address })
  }

  /** Instructions that only touch registers and memory. */
  #step(
    operation: Exclude<
      Operation,
      { kind: "jump" | "branch" | "mayGoto" | "call" | "packetLoad" | "exit" | "load64" }
    >,
    registers: RegisterFile,
    arena: Arena | undefined,
  ): void {
    const { u64, s64 } = registers
    switch (operation.kind) {
      case "alu": {
        const { operator, dst, source } = operation
        if (operation.width === 64) u64[dst] = alu64(operator, u64[dst]!, operand64(source, registers))
        else registers.setLow(dst, alu32(operator, registers.low(dst), operand32(source, registers)))
        return
      }
      case "negate":
        if (operation.width === 64) u64[operation.dst] = -u64[operation.dst]!
        else registers.setLow(operation.dst, -registers.low(operation.dst))
        return
      case "move": {
        const { dst, source, width, signExtendFrom } = operation
        if (signExtendFrom !== undefined) {
          s64[dst] = BigInt.asIntN(signExtendFrom, operand64(source, registers))
          if (width === 32) registers.setLow(dst, registers.low(dst))
        } else if (source.kind === "register") {
          if (width === 64) u64[dst] = u64[source.register]!
          else registers.setLow(dst, registers.low(source.register))
        } else if (width === 64) registers.setSigned(dst, source.value)
        else registers.setLow(dst, source.value)
        return
      }
      case "addressSpaceCast":
        castPointer(operation, registers, arena)
        return
      case "byteOrder": {
        const { conversion, bits, dst } = operation
        const value = u64[dst]!
        u64[dst] = conversion === "le" ? BigInt.asUintN(bits, value) : swapBytes(value, bits)
        return
      }
      case "load": {
        const { size, signed, dst } = operation
        const address = addressOf(operation, registers, arena)
        if (size === 8) u64[dst] = this.#memory.loadBigInt(address)
        else if (signed) registers.setSigned(dst, this.#memory.loadNumber(address, size, true))
        else registers.setLow(dst, this.#memory.loadNumber(address, size, false))
        return
      }
      case "loadAcquire": {
        const { size, dst } = operation
        const address = addressOf(operation, registers, arena)
        if (size === 8) u64[dst] = this.#memory.loadBigInt(address)
        else registers.setLow(dst, this.#memory.loadNumber(address, size, false))
        return
      }
      case "store": {
        const { size, source } = operation
        const address = addressOf(operation, registers, arena)
        if (size === 8) this.#memory.storeBigInt(address, operand64(source, registers))
        else this.#memory.storeNumber(address, size, operand32(source, registers))
        return
      }
      case "storeRelease": {
        const { size, src } = operation
        const address = addressOf(operation, registers, arena)
        if (size === 8) this.#memory.storeBigInt(address, u64[src]!)
        else this.#memory.storeNumber(address, size, registers.low(src))
        return
      }
      case "atomic":
        this.#atomic(operation, registers, arena)
        return
      case "invalid":
        throw new AccessRefusal(operation.reason)
      default:
        operation satisfies never
    }
  }

  #holds({ comparison, width, dst, source }: OperationOf<"branch">, registers: RegisterFile): boolean {
    return width === 64
      ? compare64(comparison, registers.u64[dst]!, operand64(source, registers))
      : compare32(comparison, registers.low(dst), operand32(source, registers))
  }

  #load64({ dst, value }: OperationOf<"load64">, { u64 }: RegisterFile): void {
    switch (value.kind) {
      case "immediate":
        u64[dst] = value.value
        return
      case "function":
        u64[dst] = BigInt(value.target)
        return
      case "map":
      case "mapValue":
      case "mapIndex":
      case "mapIndexValue":
      case "btf":
        throw new AccessRefusal(FAULT_REASONS.notLoaded)
      default:
        value satisfies never
    }
  }

  #atomic(operation: OperationOf<"atomic">, registers: RegisterFile, arena: Arena | undefined): void {
    const { operator, fetch, size, src } = operation
    const { u64 } = registers
    const address = addressOf(operation, registers, arena)
    // Nothing is fetched from nowhere either.
    if (address === arena?.sink) return
    const cut = (value: bigint) => BigInt.asUintN(size * 8, value)
    const old =
      size === 8 ? this.#memory.loadBigInt(address) : BigInt(this.#memory.loadNumber(address, size, false))
    const operand = cut(u64[src]!)
    const stored =
      operator !== "cmpxchg"
        ? cut(atomicResult(operator, old, operand))
        : old === cut(u64[0]!)
          ? operand
          : old
    if (size === 8) this.#memory.storeBigInt(address, stored)
    else this.#memory.storeNumber(address, size, Number(stored))
    if (fetch) u64[operator === "cmpxchg" ? 0 : src] = old
  }

  /** Loads into r0; false, with r0 = 0, when the packet has no such bytes: the function ends there. */
  #loadPacket({ size, offset, index }: OperationOf<"packetLoad">, registers: RegisterFile): boolean {
    if (this.#machine.loadPacket === undefined) throw new AccessRefusal(FAULT_REASONS.noPacket)
    const at = index === undefined ? offset : (registers.low(index) + offset) | 0
    const value = this.#machine.loadPacket(registers.u64[6]!, at, size)
    registers.setLow(0, value ?? 0)
    return value !== undefined
  }

  /** The slot of a called function of the same program; undefined when the call leaves it. */
  #calledSlot({ callee }: OperationOf<"call">, { registers, program }: Frame): number | undefined {
    if (callee.kind === "subprogram") return callee.target
    if (callee.kind !== "register") return undefined
    const slot = registers.u64[callee.register]!
    if (isFunction(program, slot)) return Number(slot)
    throw new AccessRefusal(FAULT_REASONS.noFunction(callee.register, slot))
  }

  /** Calls a helper or kernel function and steps on, or into the program that it tail-calls. */
  #callOut({ callee }: OperationOf<"call">, frame: Frame, depth: number): void {
    const { u64 } = frame.registers
    const args: CallArguments = [u64[1]!, u64[2]!, u64[3]!, u64[4]!, u64[5]!]
    const callFrame = this.#callFrame(frame, depth)
    let result: CallResult
    if (callee.kind === "helper") result = this.#machine.call(callee.id, args, callFrame)
    else if (callee.kind === "kfunc") {
      result = this.#machine.callKfunc(callee.btfId, callee.module, args, callFrame)
    } else throw new Error(`BUG: call of a ${callee.kind} left the program`)
    if (result instanceof ProgramExit) throw new Unwind(this, result.result)
    if (result instanceof TailCall) {
      if (this.#tailCalls === MAX_TAIL_CALLS) frame.slot++
      else this.#replaceProgram(frame, result.program)
      return
    }
    u64[0] = result
    frame.slot++
  }

  #replaceProgram(frame: Frame, program: ExecutableProgram): void {
    this.#tailCalls++
    frame.program = program
    frame.operations = prepare(program.instructions)
    frame.slot = 0
    frame.registers.keepForTailCall()
    frame.loopsLeft = this.#machine.loopBudget ?? MAX_LOOPS
  }

  #callFrame({ program, slot, registers }: Frame, depth: number): CallFrame {
    return {
      program,
      slot,
      framePointer: registers.u64[FRAME_POINTER]!,
      callSubprogram: (target, args) => {
        if (target < 0 || !isFunction(program, BigInt(target))) {
          const reason = FAULT_REASONS.noCallback(target)
          throw new InstructionFault({ program, slot, reason })
        }
        return this.execute(program, Number(target), args, depth, slot)
      },
    }
  }
}

function operand64(source: Operand, registers: RegisterFile): bigint {
  return source.kind === "register"
    ? registers.u64[source.register]!
    : BigInt.asUintN(64, BigInt(source.value))
}

function operand32(source: Operand, registers: RegisterFile): number {
  return source.kind === "register" ? registers.low(source.register) : source.value
}
