import type { CallArguments, CallFrame, CallResult, ExecutableProgram, Machine } from "../../machine.ts"
import { ProgramExit, TailCall } from "../../machine.ts"
import { PACKET_BYTES, PACKETS, ROOM, STACK } from "./layout.ts"

/** Helpers of random programs, by what they do to the program. */
export const HELPER = {
  /** A number in which all arguments show. */
  mix: 1,
  difference: 2,
  /** Calls the function r2 up to seven times with its number and r3, until it gives 1. */
  loop: 3,
  /** A sum of the 16 bytes at r1. */
  read: 4,
  /** Stores r2 in the 8 bytes at r1. */
  write: 5,
  /** 0, or a pointer to 64 bytes. */
  lookup: 6,
  tailCall: 7,
  /** Ends the run, if r1 says so. */
  exit: 8,
} as const

/** What machines of random programs do when they are called; `next` is whom they tail-call. */
export function randomHelpers(
  memory: WebAssembly.Memory,
  next: () => ExecutableProgram,
): Pick<Machine, "call" | "callKfunc" | "loadPacket"> {
  const call = (id: number, args: CallArguments, frame: CallFrame): CallResult => {
    const [r1, r2, r3] = args
    switch (id) {
      case HELPER.difference:
        return r1 - r2
      case HELPER.loop: {
        const limit = r1 & 7n
        for (let index = 0n; index < limit; index++)
          if (frame.callSubprogram(r2, [index, r3]) === 1n) return index + 1n
        return limit
      }
      case HELPER.read:
        return isWithin(r1, 16) ? sum(new Uint8Array(memory.buffer, Number(r1), 16)) : -14n
      case HELPER.write:
        if (!isWithin(r1, 8)) return -14n
        new DataView(memory.buffer).setBigUint64(Number(r1), r2, true)
        return 0n
      case HELPER.lookup:
        return r1 % 3n === 0n ? 0n : BigInt(ROOM) + (r1 % 32n) * 64n
      case HELPER.tailCall:
        return new TailCall(next())
      case HELPER.exit:
        return (r1 & 0xf0n) === 0xf0n ? new ProgramExit(r1) : 5n
      default:
        return args.reduce((total, value) => total * 31n + value, BigInt(id))
    }
  }
  return {
    call,
    callKfunc: (id, module, args, frame) => call((id + module) % 8, args, frame),
    loadPacket(_context, offset, size) {
      if (offset < 0 || offset + size > PACKET_BYTES) return undefined
      const bytes = new Uint8Array(memory.buffer, PACKETS + offset, size)
      return bytes.reduce((value, byte) => value * 256 + byte, 0)
    },
  }
}

/** In the data page, or in the frames: the stack's lowest bytes are the engines' own. */
function isWithin(address: bigint, size: number): boolean {
  const end = address + BigInt(size)
  const inData = address >= 0x1_0000n && end <= 0x2_0000n
  return inData || (address >= BigInt(STACK.base + 512) && end <= BigInt(STACK.base + STACK.size))
}

function sum(bytes: Uint8Array): bigint {
  return bytes.reduce((total, byte) => BigInt.asUintN(64, total * 257n + BigInt(byte)), 0n)
}
