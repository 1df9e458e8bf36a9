import { describe, expect, test } from "vitest"
import { ProgramFault } from "../base/index.ts"
import { InstructionFault } from "./instruction-fault.ts"
import {
  type CallArguments,
  type CallFrame,
  type ExecutableProgram,
  type Machine,
  ProgramExit,
  TailCall,
} from "./machine.ts"
import { ENGINES } from "./testing/engines.ts"
import { DATA, testMachine, testProgram } from "./testing/test-machine.ts"

describe.each(ENGINES)("%s", (_, interpret) => {
  function run(
    text: string,
    registers: bigint | readonly bigint[] = 0n,
    machine: Machine = testMachine(),
  ): bigint {
    return interpret(testProgram(text), machine, registers)
  }

  function faultOf(action: () => unknown): InstructionFault {
    try {
      action()
    } catch (error) {
      expect(error).toBeInstanceOf(InstructionFault)
      expect(error).toBeInstanceOf(ProgramFault)
      return error as InstructionFault
    }
    throw new Error("the program did not fault")
  }

  describe("control", () => {
    test("r1 is the argument and r0 the result", () => {
      expect(run("r0 = r1\nr0 += 1\nexit", 41n)).toBe(42n)
    })

    test("results are unsigned and arguments wrap", () => {
      expect(run("r0 = -1\nexit")).toBe(0xffff_ffff_ffff_ffffn)
      expect(run("r0 = r1\nexit", -1n)).toBe(0xffff_ffff_ffff_ffffn)
    })

    test("all five argument registers can be given", () => {
      expect(run("r0 = r1\nr0 -= r2\nr0 *= r3\nr0 -= r4\nr0 -= r5\nexit", [10n, 3n, 6n, 1n, 2n])).toBe(39n)
    })

    test("a 64-bit load takes two slots and all its bits", () => {
      expect(run("r0 = 0xfedcba9876543210\nexit")).toBe(0xfedc_ba98_7654_3210n)
    })

    test("loops, gotol and backward jumps", () => {
      expect(
        run("r0 = 0\nr1 = 5\nagain: r0 += r1\nr1 -= 1\nif r1 != 0 goto again\ngotol end\nr0 = 1\nend: exit"),
      ).toBe(15n)
    })

    test("may_goto goes on as often as its budget says, and each frame has its own", () => {
      const text = "r0 = 0\nagain: may_goto out\nr0 += 1\ngoto again\nout: exit"
      expect(run(text, 0n, testMachine([], { loopBudget: 1000 }))).toBe(1000n)
      const twice = `call loop\nr6 = r0\ncall loop\nr0 += r6\nexit\nloop:\n${text}`
      expect(run(twice, 0n, testMachine([], { loopBudget: 10 }))).toBe(20n)
    })

    test("arena casts keep the low half", () => {
      expect(run("r0 = addr_space_cast(r1, 0, 1)\nexit", 0x1_0001_0000n)).toBe(0x1_0000n)
    })

    test("a loop that nothing leaves ends with its fuel, though nobody asks what it counts", () => {
      const text = "call sub\nagain: r7 += r0\nr1 += 5520\nr5 = le64 r5\ngoto again\nsub: r0 = 1\nexit"
      expect(() => run(text, 0n, testMachine([], { fuel: 1000n }))).toThrow(/budget of 1000 instructions/)
    })

    test("fuel that one loop gives back is there for the next one", () => {
      const text =
        "r5 = 70\none: r5 += -1\nif r5 > r1 goto one\ntwo: r2 += 32089\nif r9 s< r9 goto two\nr0 = 5\nexit"
      expect(run(text, 1_672_071_724n, testMachine([], { fuel: 1000n }))).toBe(5n)
    })
  })

  describe("memory", () => {
    test("below 64 KiB loads give zero and stores fault", () => {
      for (const address of [0n, 8n, 0xffffn]) {
        expect(run("r0 = 7\nr0 = *(u64 *)(r1 +0)\nexit", address)).toBe(0n)
        expect(run("r0 = 7\nr0 = *(s8 *)(r1 +0)\nexit", address)).toBe(0n)
      }
      const fault = faultOf(() => run("*(u8 *)(r1 +8) = 1\nexit", 0n))
      expect(fault.message).toBe(
        "instruction 0: (72) *(u8 *)(r1 +8) = 1: store of 1 bytes in the unused first 64 KiB, at address 0x8",
      )
      expect(faultOf(() => run("lock *(u64 *)(r1 +0) += r1\nexit", 16n)).address).toBe(16n)
    })

    test.each([
      ["just behind the end", 0x2_fff9n, 0x2_fff9n],
      ["an aliased pointer", 0x1_0001_0000n, 0x1_0001_0000n],
      ["a kernel address", 0xffff_8880_0000_0000n, 0xffff_8880_0000_0000n],
      ["below zero", 0xffff_ffff_ffff_fff0n, 0xffff_ffff_ffff_fff0n],
    ])("loads, stores and atomics fault at %s", (_, pointer, address) => {
      for (const text of ["r0 = *(u64 *)(r1 +0)", "*(u64 *)(r1 +0) = r1", "lock *(u64 *)(r1 +0) += r1"]) {
        const fault = faultOf(() => run(`r0 = 0\n${text}\nexit`, pointer))
        expect(fault.slot).toBe(1)
        expect(fault.address).toBe(address)
        expect(fault.reason).toContain("of 8 bytes outside the 196608 bytes of memory")
      }
    })

    test("an offset wraps the pointer as 64-bit arithmetic does", () => {
      expect(run("r0 = *(u8 *)(r1 +8)\nexit", 0xffff_ffff_ffff_fffcn)).toBe(0n)
      expect(faultOf(() => run("r0 = *(u8 *)(r1 -8)\nexit", 4n)).address).toBe(0xffff_ffff_ffff_fffcn)
      const machine = testMachine()
      new Uint8Array(machine.memory.buffer)[DATA] = 9
      expect(run(`r0 = *(u8 *)(r1 -8)\nexit`, BigInt(DATA + 8), machine)).toBe(9n)
    })

    test("the last bytes of memory are reachable", () => {
      expect(run("*(u64 *)(r1 +0) = 5\nr0 = *(u64 *)(r1 +0)\nexit", 0x2_fff8n)).toBe(5n)
    })

    test("memory that grows under a running program comes into view with the next run", () => {
      const machine: Machine = testMachine([() => BigInt(machine.memory.grow(1) * 0x1_0000)])
      const text =
        "*(u64 *)(r10 -8) = 3\ncall 1\n*(u64 *)(r0 +0) = 4\nr1 = *(u64 *)(r0 +0)\nr0 = *(u64 *)(r10 -8)\nr0 += r1\nexit"
      const program = testProgram(text)
      expect(faultOf(() => interpret(program, machine)).reason).toContain("store of 8 bytes outside")
      const again = testProgram("*(u64 *)(r1 +0) = 7\nr0 = *(u64 *)(r1 +0)\nexit")
      expect(interpret(again, machine, BigInt(machine.memory.buffer.byteLength - 8))).toBe(7n)
    })

    test("a fault names the source line where the program knows it", () => {
      const program: ExecutableProgram = {
        ...testProgram("r0 = *(u8 *)(r1 +0)\nexit"),
        describe: slot => `a.c:${slot + 7}`,
      }
      const fault = faultOf(() => interpret(program, testMachine(), 1n << 40n))
      expect(fault.source).toBe("a.c:7")
      expect(fault.message).toContain(
        "instruction 0: (71) r0 = *(u8 *)(r1 +0) [a.c:7]: load of 1 bytes outside",
      )
    })
  })

  describe("packets", () => {
    const packet = testMachine([], {
      loadPacket: (context, offset, size) =>
        offset < 0 || offset + size > 8 ? undefined : Number(context) * 100 + offset,
    })

    test("absolute and indirect loads give r0, with r6 as context", () => {
      expect(run("r6 = r1\nr0 = *(u16 *)skb[6]\nexit", 1n, packet)).toBe(106n)
      expect(run("r6 = r1\nr7 = 3\nr0 = *(u8 *)skb[r7 + -1]\nexit", 1n, packet)).toBe(102n)
    })

    test("a short packet ends the function with zero", () => {
      expect(run("r6 = r1\nr0 = *(u32 *)skb[6]\nr0 = 9\nexit", 1n, packet)).toBe(0n)
      expect(
        run("r6 = r1\ncall sub\nr0 += 5\nexit\nsub: r6 = r1\nr0 = *(u32 *)skb[6]\nr0 = 9\nexit", 1n, packet),
      ).toBe(5n)
    })

    test("a machine without packets faults", () => {
      expect(faultOf(() => run("r0 = *(u8 *)skb[0]\nexit")).reason).toContain("no packet")
    })
  })

  describe("faults", () => {
    test.each([
      ["goto pc+5", "control left the program"],
      ["r0 = 1", "control left the program"],
      ["goto pc-2", "control left the program"],
      ["r10 = 1\nexit", "frame pointer is read only"],
      ["r10 += 8\nexit", "frame pointer is read only"],
      ["r10 = *(u64 *)(r10 -8)\nexit", "frame pointer is read only"],
      ["r10 = atomic64_xchg((u64 *)(r10 -8), r10)\nexit", "frame pointer is read only"],
      ["goto pc+1\nr0 = 0x1\nexit", "unknown opcode 00"],
      ["r1 = map[fd:3]\nexit", "has no address yet"],
      ["callx r1\nexit", "r1 = 0xffffffffffffffff is no function"],
    ])("%j: %s", (text, reason) => {
      expect(faultOf(() => run(text, -1n)).reason).toContain(reason)
    })

    test("an instruction without a meaning gives the kernel's reason", () => {
      const instructions = [{ opcode: 0x87, dst: 0, src: 0, off: 0, imm: 1 }]
      const fault = faultOf(() => interpret({ instructions }, testMachine()))
      expect(fault.message).toBe("instruction 0: (87) r0 = -r0: BPF_NEG uses reserved fields")
    })

    test("fuel bounds endless loops", () => {
      const text = "r0 = 0\nagain: goto again"
      expect(faultOf(() => run(text, 0n, testMachine([], { fuel: 1000n })))).toMatchObject({
        reason: "the budget of 1000 instructions is used up",
        slot: 1,
      })
      expect(run("r0 = 1\nexit", 0n, testMachine([], { fuel: 2n }))).toBe(1n)
      expect(() => run("r0 = 1\nexit", 0n, testMachine([], { fuel: 1n }))).toThrow("budget of 1")
    })

    test("callbacks and tail-called programs burn the same fuel", () => {
      const next = testProgram("r0 = 2\nexit")
      const helpers = [
        ([callback]: CallArguments, frame: CallFrame) => frame.callSubprogram(callback, []),
        () => new TailCall(next),
      ]
      const text = "r1 = subprog[one]\ncall 1\ncall 2\nexit\none: r0 = 1\nexit"
      // Compiled code pays for the exit behind the tail call too, and for the second slot of the load.
      expect(run(text, 0n, testMachine(helpers, { fuel: 9n }))).toBe(2n)
      expect(() => run(text, 0n, testMachine(helpers, { fuel: 6n }))).toThrow("budget of 6")
    })

    test("what a helper throws comes through as it is", () => {
      const error = new RangeError("from the helper")
      const machine = testMachine([
        () => {
          throw error
        },
      ])
      expect(() => run("call 1\nexit", 0n, machine)).toThrow(error)
    })
  })

  describe("functions", () => {
    test("get r1 to r5, give r0, and leave r6 to r9 and the caller's stack alone", () => {
      const text = `
      r6 = 60
      *(u64 *)(r10 -8) = 7
      r1 = 1
      r2 = 2
      call sum
      r0 += r6
      r1 = *(u64 *)(r10 -8)
      r0 += r1
      exit
    sum:
      r6 = 1000
      *(u64 *)(r10 -8) = 1000
      r0 = r1
      r0 += r2
      exit`
      expect(run(text)).toBe(70n)
    })

    test("each frame lies 512 bytes below its caller's", () => {
      expect(run("r6 = r10\ncall sub\nr6 -= r0\nr0 = r6\nexit\nsub: r0 = r10\nexit")).toBe(512n)
    })

    test("eight frames are allowed, nine are not", () => {
      const recursive = "call down\nexit\ndown: r1 -= 1\nif r1 s<= 0 goto out\ncall down\nout: r0 = 1\nexit"
      expect(run(recursive, 7n)).toBe(1n)
      expect(faultOf(() => run(recursive, 8n)).reason).toBe("the call stack of 8 frames is too deep")
      expect(run(recursive, 7n), "and the stack is free again").toBe(1n)
    })

    test("a pointer into the caller's stack works in the callee", () => {
      expect(
        run("r1 = r10\nr1 += -8\ncall sub\nr0 = *(u64 *)(r10 -8)\nexit\nsub: *(u64 *)(r1 +0) = 9\nexit"),
      ).toBe(9n)
    })

    test("callx calls what a function load gave", () => {
      expect(run("r1 = 4\nr2 = subprog[twice]\ncallx r2\nexit\ntwice: r0 = r1\nr0 += r1\nexit")).toBe(8n)
    })

    test("a full stack range is a fault, and is free again after it", () => {
      const machine = testMachine([], { stack: { base: 0x2_0000, size: 1536 } })
      const text = "call a\nexit\na: call b\nexit\nb: r0 = 1\nexit"
      expect(faultOf(() => run(text, 0n, machine)).reason).toBe(
        "no room for 512 bytes of stack in the 1536 there are",
      )
      expect(run("call a\nexit\na: r0 = 1\nexit", 0n, machine)).toBe(1n)
    })
  })

  describe("helpers and kernel functions", () => {
    test("get five unsigned arguments and their result is cut to 64 bits", () => {
      let seen: readonly bigint[] = []
      const machine = testMachine([
        args => {
          seen = args
          return -2n
        },
      ])
      expect(run("r1 = -1\nr2 = 2\nr3 = 3\nr4 = 4\nr5 = 5\ncall 1\nexit", 0n, machine)).toBe(
        0xffff_ffff_ffff_fffen,
      )
      expect(seen).toEqual([0xffff_ffff_ffff_ffffn, 2n, 3n, 4n, 5n])
    })

    test("the frame says which program, slot and stack calls", () => {
      let frame: CallFrame | undefined
      const machine = testMachine([
        (_, caller) => {
          frame = caller
          return 0n
        },
      ])
      const program = testProgram("r0 = 0\ncall 1\nr0 = r10\nexit")
      const framePointer = interpret(program, machine)
      expect(frame).toMatchObject({ program, slot: 1, framePointer })
    })

    test("kernel functions are called by BTF id and module", () => {
      const machine = testMachine([], { callKfunc: (btfId, module) => BigInt(btfId * 10 + module) })
      expect(run("call kernel-function[3]#77\nexit", 0n, machine)).toBe(773n)
    })

    test("callbacks run in the program and may nest", () => {
      const loop = ([count, callback, context]: readonly bigint[], frame: CallFrame): bigint => {
        for (let index = 0n; index < count!; index++) {
          if (frame.callSubprogram(callback!, [index, context!]) !== 0n) return index + 1n
        }
        return count!
      }
      const text = `
      *(u64 *)(r10 -8) = 0
      r1 = 4
      r2 = subprog[outer]
      r3 = r10
      r3 += -8
      call 1
      r0 = *(u64 *)(r10 -8)
      exit
    outer:
      r1 = 3
      r3 = r2
      r2 = subprog[inner]
      call 1
      r0 = 0
      exit
    inner:
      r3 = *(u64 *)(r2 +0)
      r3 += r1
      *(u64 *)(r2 +0) = r3
      r0 = 0
      exit`
      expect(run(text, 0n, testMachine([loop]))).toBe(12n)
    })

    test("callbacks count as frames", () => {
      const again = (args: readonly bigint[], frame: CallFrame) => frame.callSubprogram(args[0]!, [args[0]!])
      const text = "r1 = subprog[callback]\ncall 1\nexit\ncallback: call 1\nexit"
      expect(faultOf(() => run(text, 0n, testMachine([again]))).reason).toBe(
        "the call stack of 8 frames is too deep",
      )
    })

    test("a callback that is no function is a fault", () => {
      const helper = (args: readonly bigint[], frame: CallFrame) => frame.callSubprogram(args[0]!, [])
      expect(faultOf(() => run("call 1\nexit", 99n, testMachine([helper]))).reason).toContain(
        "0x63 is no function",
      )
    })

    test("a program's function can be an entry of its own", () => {
      const program = testProgram("exit\ntimer: r0 = r1\nr0 += r2\nexit")
      expect(interpret(program, testMachine(), [1n, 2n], { entry: 1 })).toBe(3n)
    })

    test("a helper may run another program on the same machine, below the running one's stack", () => {
      const inner = testProgram("*(u64 *)(r10 -8) = 1\n*(u64 *)(r10 -512) = 1\nr0 = r10\nexit")
      const machine: Machine = testMachine([() => interpret(inner, machine)])
      const text =
        "*(u64 *)(r10 -8) = 5\n*(u64 *)(r10 -512) = 6\ncall 1\nr6 = r10\nr6 -= r0\nr0 = *(u64 *)(r10 -8)\nr1 = *(u64 *)(r10 -512)\nr0 += r1\nr0 += r6\nexit"
      expect(interpret(testProgram(text), machine)).toBe(5n + 6n + 512n)
    })

    test("bpf_throw's exit leaves all frames and callbacks", () => {
      const helpers = [
        (args: readonly bigint[], frame: CallFrame) => frame.callSubprogram(args[0]!, []),
        () => new ProgramExit(-7n),
      ]
      const text =
        "call sub\nr0 = 1\nexit\nsub: r1 = subprog[callback]\ncall 1\nr0 = 2\nexit\ncallback: call 2\nr0 = 3\nexit"
      const machine = testMachine(helpers)
      expect(run(text, 0n, machine)).toBe(BigInt.asUintN(64, -7n))
      expect(run("r0 = r10\nexit", 0n, machine), "the stack is free again").toBe(0x2_4000n)
    })

    test("one that writes to the frame, at an address made of thin air, is believed", () => {
      // What the frame holds is 4 as long as the helper keeps out of it, and looked at so often that it is worth a register.
      const round = "r2 = *(u64 *)(r10 -8)\n*(u64 *)(r10 -16) = r2\nr2 = *(u64 *)(r10 -16)\n"
      const text =
        `r6 = r1\n*(u64 *)(r10 -8) = 4\ncall 1\nr7 = 0\nagain: ${round.repeat(3)}r7 += 1\nif r7 != 10 goto again\n` +
        "r6 += r2\nr0 = *(u32 *)(r6 +0)\nexit"
      const machine = testMachine([])
      const write = () => {
        const slot = machine.stack.base + machine.stack.size - 8
        new DataView(machine.memory.buffer).setBigUint64(slot, 0x1_0000_0000n, true)
        return 0n
      }
      expect(() => run(text, BigInt(DATA), { ...machine, call: write })).toThrow(
        /load of 4 bytes outside the 196608 bytes of memory, at address 0x100010000/,
      )
    })
  })

  describe("tail calls", () => {
    test("the next program gets r1 and never returns", () => {
      const next = testProgram("r0 = r1\nr0 += 1\nexit")
      expect(run("r6 = 9\ncall 1\nr0 = 99\nexit", 41n, testMachine([() => new TailCall(next)]))).toBe(42n)
    })

    test("33 are made, the next one falls through", () => {
      let calls = 0
      const self: ExecutableProgram = testProgram("r0 = 5\ncall 1\nr0 += 1\nexit")
      const machine = testMachine([
        () => {
          calls++
          return new TailCall(self)
        },
      ])
      expect(interpret(self, machine)).toBe(6n)
      expect(calls).toBe(34)
    })

    test("from a function they replace that function: its caller goes on", () => {
      const next = testProgram("r0 = 10\nexit")
      expect(
        run(
          "call sub\nr0 += 1\nexit\nsub: call 1\nr0 = 99\nexit",
          0n,
          testMachine([() => new TailCall(next)]),
        ),
      ).toBe(11n)
    })

    test("faults after one name the program that runs", () => {
      const next: ExecutableProgram = {
        ...testProgram("r2 = -1\nr0 = *(u8 *)(r2 +0)\nexit"),
        describe: () => "next.c:1",
      }
      const fault = faultOf(() => run("call 1\nexit", 0n, testMachine([() => new TailCall(next)])))
      expect(fault).toMatchObject({ slot: 1, source: "next.c:1", instruction: "(71) r0 = *(u8 *)(r2 +0)" })
    })
  })
})
