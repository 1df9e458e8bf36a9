import { InstructionFault } from "../instruction-fault.ts"
import {
  type CallArguments,
  type CallFrame,
  type CallResult,
  type ExecutableProgram,
  FRAME_BYTES,
  MAX_FRAMES,
  MAX_LOOPS,
  MAX_TAIL_CALLS,
  type Machine,
  ProgramExit,
  type StackRange,
  TailCall,
  UNUSED_BYTES,
} from "../machine.ts"
import { prepare } from "../prepare.ts"
import { StackArena } from "../stack-arena.ts"
import { Unwind } from "../unwind.ts"
import { compileProgram, functionStarts } from "./compile.ts"
import { FAULT, MAILBOX_BYTES, STATUS } from "./layout.ts"

type BpfFunction = (r1: bigint, r2: bigint, r3: bigint, r4: bigint, r5: bigint, frame: number) => bigint

/** What the programs of one memory and stack share: globals, the mailbox, and the run that is going on. */
class Site {
  readonly memory: WebAssembly.Memory
  readonly stack: StackRange
  readonly arena: StackArena
  readonly loopBudget = new WebAssembly.Global({ value: "i32", mutable: true }, MAX_LOOPS)
  readonly mailboxAddress: number
  run: Run | undefined
  #mailbox: BigUint64Array

  constructor(memory: WebAssembly.Memory, stack: StackRange) {
    this.memory = memory
    this.stack = stack
    this.arena = StackArena.of(stack)
    // The lowest frame of the stack is never handed out.
    this.mailboxAddress = stack.base
    this.#mailbox = this.#view()
  }

  /** r0 … r5. Memory that grew has a new buffer. */
  get mailbox(): BigUint64Array {
    if (this.#mailbox.buffer !== this.memory.buffer) this.#mailbox = this.#view()
    return this.#mailbox
  }

  #view(): BigUint64Array {
    return new BigUint64Array(this.memory.buffer, this.mailboxAddress, MAILBOX_BYTES / 8)
  }
}

const sites = new WeakMap<StackRange, Site>()

function siteOf({ memory, stack }: Machine): Site {
  let site = sites.get(stack)
  if (site === undefined || site.memory !== memory) {
    site = new Site(memory, stack)
    sites.set(stack, site)
  }
  return site
}

/** What one run shares with the programs that it tail-calls and with its callbacks. */
interface Run {
  readonly machine: Machine
  /** The stack has less room than all frames need. */
  readonly isStackShort: boolean
  tailCalls: number
}

/** A program's module on one site. */
class Instance {
  readonly program: ExecutableProgram
  readonly #site: Site
  readonly #functions: Readonly<Record<string, BpfFunction>>
  /** Instructions that this program may still take, while others run or it has called out. */
  readonly fuel: WebAssembly.Global<"i64">
  /** Of the last trap: FAULT above, the slot in the low half. */
  readonly #reason: WebAssembly.Global<"i64">
  readonly #address: WebAssembly.Global<"i64">
  /** The lowest frame that the run may use. */
  readonly #frameLimit: WebAssembly.Global<"i32">

  constructor(program: ExecutableProgram, module: WebAssembly.Module, site: Site) {
    this.program = program
    this.#site = site
    const instance = new WebAssembly.Instance(module, {
      env: {
        memory: site.memory,
        mailbox: site.mailboxAddress,
        loopBudget: site.loopBudget,
        call: (id: number, slot: number, frame: number) =>
          this.#callOut(slot, frame, (args, call) => this.#machine.call(id, args, call)),
        callKfunc: (id: number, module: number, slot: number, frame: number) =>
          this.#callOut(slot, frame, (args, call) => this.#machine.callKfunc(id, module, args, call)),
        loadPacket: (context: bigint, offset: number, size: 1 | 2 | 4, slot: number) =>
          this.#loadPacket(BigInt.asUintN(64, context), offset, size, slot),
        callee: (value: bigint, register: number, slot: number) =>
          this.#callee(BigInt.asUintN(64, value), register, slot),
      },
    })
    this.#functions = instance.exports as Record<string, BpfFunction>
    this.fuel = instance.exports.fuel as WebAssembly.Global<"i64">
    this.#reason = instance.exports.fault as WebAssembly.Global<"i64">
    this.#address = instance.exports.faultAddress as WebAssembly.Global<"i64">
    this.#frameLimit = instance.exports.frameLimit as WebAssembly.Global<"i32">
  }

  get #run(): Run {
    const { run } = this.#site
    if (!run) throw new Error("BUG: a compiled program called out after its run")
    return run
  }

  get #machine(): Machine {
    return this.#run.machine
  }

  hasFunction(slot: number): boolean {
    return `f${slot}` in this.#functions
  }

  /** Runs a function in the frame that starts at `frame`. */
  start(slot: number, args: readonly bigint[], frame: number): bigint {
    const run = this.#functions[`f${slot}`]!
    try {
      return run(args[0] ?? 0n, args[1] ?? 0n, args[2] ?? 0n, args[3] ?? 0n, args[4] ?? 0n, frame)
    } catch (error) {
      throw error instanceof WebAssembly.RuntimeError ? this.#trapped(error) : error
    }
  }

  /** The fault that a program left behind when it trapped. */
  #trapped(error: WebAssembly.RuntimeError): Error {
    const reason = this.#reason.value
    if (reason === 0n) return error
    const address = BigInt.asUintN(64, this.#address.value)
    this.#reason.value = 0n
    this.#address.value = 0n
    return this.#fault(Number(reason >> 32n), Number(BigInt.asIntN(32, reason)), address)
  }

  #callOut(slot: number, frame: number, call: (args: CallArguments, frame: CallFrame) => CallResult): number {
    const site = this.#site
    const run = this.#run
    const [, r1, r2, r3, r4, r5] = site.mailbox as unknown as [bigint, ...CallArguments]
    // Frames of callbacks, and of programs that the call lets run, come below this one.
    site.arena.release(frame)
    const result = call([r1, r2, r3, r4, r5], this.#callFrame(slot, frame))
    if (result instanceof ProgramExit) throw new Unwind(run, result.result)
    if (result instanceof TailCall) {
      if (run.tailCalls === MAX_TAIL_CALLS) return STATUS.unchanged
      run.tailCalls++
      site.mailbox[0] = this.#tailCall(result.program, r1, frame)
      return STATUS.end
    }
    site.mailbox[0] = result
    return STATUS.result
  }

  /** The program goes on with this one's frame, fuel and limit. It may be in use by a run further out. */
  #tailCall(program: ExecutableProgram, r1: bigint, frame: number): bigint {
    const next = instanceOf(program, this.#site)
    if (next === this) return next.start(0, [r1], frame)
    const outer = next.exchange(this.fuel.value, this.#frameLimit.value)
    try {
      return next.start(0, [r1], frame)
    } finally {
      this.fuel.value = next.fuel.value
      next.exchange(...outer)
    }
  }

  /** Sets what the program may take and gives what it was before. */
  exchange(fuel: bigint, frameLimit: number): [fuel: bigint, frameLimit: number] {
    const before: [bigint, number] = [this.fuel.value, this.#frameLimit.value]
    this.fuel.value = fuel
    this.#frameLimit.value = frameLimit
    return before
  }

  #callFrame(slot: number, frame: number): CallFrame {
    const { program } = this
    return {
      program,
      slot,
      framePointer: BigInt(frame + FRAME_BYTES),
      callSubprogram: (target, args) => {
        if (!this.hasFunction(Number(target))) {
          const reason = `the callback 0x${BigInt.asUintN(64, BigInt(target)).toString(16)} is no function of this program`
          throw new InstructionFault({ program, slot, reason })
        }
        // What the helper itself ran before has given its frames back.
        const below = frame - FRAME_BYTES
        if (below < this.#frameLimit.value) throw this.#fault(FAULT.frame, slot, 0n)
        return BigInt.asUintN(64, this.start(Number(target), args, below))
      },
    }
  }

  #loadPacket(context: bigint, offset: number, size: 1 | 2 | 4, slot: number): bigint {
    const machine = this.#machine
    if (!machine.loadPacket)
      throw new InstructionFault({
        program: this.program,
        slot,
        reason: "this machine has no packet to load from",
      })
    const value = machine.loadPacket(context, offset, size)
    return value === undefined ? -1n : BigInt(value >>> 0)
  }

  #callee(value: bigint, register: number, slot: number): number {
    if (value < BigInt(this.program.instructions.length) && this.hasFunction(Number(value)))
      return Number(value)
    throw new InstructionFault({
      program: this.program,
      slot,
      reason: `r${register} = 0x${value.toString(16)} is no function of this program`,
    })
  }

  #fault(code: number, slot: number, address: bigint): InstructionFault {
    const { program } = this
    const size = code & 0xf
    const bytes = this.#site.memory.buffer.byteLength
    const at = (reason: string): InstructionFault =>
      new InstructionFault({
        program,
        slot,
        reason: `${reason}, at address 0x${address.toString(16)}`,
        address,
      })
    switch (code & ~0xf) {
      case FAULT.load:
        return at(`load of ${size} bytes outside the ${bytes} bytes of memory`)
      case FAULT.store:
      case FAULT.atomic: {
        if (address < UNUSED_BYTES) return at(`store of ${size} bytes in the unused first 64 KiB`)
        const what = (code & ~0xf) === FAULT.store ? "store" : "load"
        return at(`${what} of ${size} bytes outside the ${bytes} bytes of memory`)
      }
      case FAULT.fuel:
        return new InstructionFault({
          program,
          slot,
          reason: `the budget of ${this.#machine.fuel} instructions is used up`,
        })
      case FAULT.frame:
        return new InstructionFault({
          program,
          slot,
          reason: this.#run.isStackShort
            ? noRoom(this.#site.stack)
            : `the call stack of ${MAX_FRAMES} frames is too deep`,
        })
      case FAULT.left:
        return new InstructionFault({ program, slot, reason: "control left the program" })
      default:
        return new InstructionFault({ program, slot, reason: invalidReason(program, slot) })
    }
  }
}

function noRoom({ size }: StackRange): string {
  return `no room for ${FRAME_BYTES} bytes of stack in the ${size} there are`
}

function invalidReason(program: ExecutableProgram, slot: number): string {
  const operation = prepare(program.instructions)[slot]
  return operation?.kind === "invalid"
    ? operation.reason
    : "this reference has no address yet: the program was not loaded"
}

interface Compiled {
  readonly starts: ReadonlySet<number>
  readonly module: WebAssembly.Module
}

const compiled = new WeakMap<ExecutableProgram["instructions"], Compiled>()
const instances = new WeakMap<ExecutableProgram, WeakMap<Site, Instance>>()

/** The module of a program, which is compiled again when it shall start at a slot that nothing in it names. */
function moduleOf({ instructions, entries = [] }: ExecutableProgram, entry: number): WebAssembly.Module {
  const known = compiled.get(instructions)
  if (known?.starts.has(entry)) return known.module
  const operations = prepare(instructions)
  const starts = new Set([...(known?.starts ?? functionStarts(operations)), ...entries, entry])
  const module = new WebAssembly.Module(compileProgram(operations, [...starts]))
  compiled.set(instructions, { starts, module })
  return module
}

function instanceOf(program: ExecutableProgram, site: Site, entry = 0): Instance {
  let own = instances.get(program)
  if (own === undefined) {
    own = new WeakMap()
    instances.set(program, own)
  }
  let instance = own.get(site)
  if (!instance?.hasFunction(entry)) {
    instance = new Instance(program, moduleOf(program, entry), site)
    own.set(site, instance)
  }
  return instance
}

export interface ExecuteOptions {
  /** Slot of the function to start: a callback that runs on its own (a timer's); 0 by default. */
  readonly entry?: number
}

/** So much that no run uses it up. */
const NO_LIMIT = 1n << 62n

/**
 * Runs a program compiled to WebAssembly, as `interpret` does, with the same results and faults. Only fuel is counted more
 * coarsely: loops pay for all of their body, so a run may end a little before it took all instructions of its budget.
 */
export function execute(
  program: ExecutableProgram,
  machine: Machine,
  registers: bigint | readonly bigint[] = [],
  options: ExecuteOptions = {},
): bigint {
  const args = typeof registers === "bigint" ? [registers] : registers
  const site = siteOf(machine)
  const entry = options.entry ?? 0
  const instance = instanceOf(program, site, entry)
  const mark = site.arena.mark
  const framePointer = site.arena.enter()
  if (framePointer === undefined)
    throw new InstructionFault({ program, slot: entry, reason: noRoom(site.stack) })
  const frame = framePointer - FRAME_BYTES
  const [last, lowest] = [frame - (MAX_FRAMES - 1) * FRAME_BYTES, site.stack.base + FRAME_BYTES]
  const outer = { run: site.run, loops: site.loopBudget.value }
  const limits = instance.exchange(machine.fuel ?? NO_LIMIT, Math.max(last, lowest))
  const run: Run = { machine, isStackShort: last < lowest, tailCalls: 0 }
  site.run = run
  site.loopBudget.value = machine.loopBudget ?? MAX_LOOPS
  try {
    return BigInt.asUintN(64, instance.start(entry, args, frame))
  } catch (error) {
    if (error instanceof Unwind && error.run === run) return BigInt.asUintN(64, error.result)
    throw error
  } finally {
    site.run = outer.run
    instance.exchange(...limits)
    site.loopBudget.value = outer.loops
    site.arena.release(mark)
  }
}
