import { FRAME_BYTES, MAX_FRAMES, type StackRange } from "./machine.ts"

/** Why programs are stopped, in the words that all engines use. */
export const FAULT_REASONS = {
  outside: (what: string, size: number, bytes: number) =>
    `${what} of ${size} bytes outside the ${bytes} bytes of memory`,
  unused: (size: number) => `store of ${size} bytes in the unused first 64 KiB`,
  at: (reason: string, address: bigint) => `${reason}, at address 0x${address.toString(16)}`,
  fuel: (budget: bigint | undefined) => `the budget of ${budget} instructions is used up`,
  tooDeep: `the call stack of ${MAX_FRAMES} frames is too deep`,
  noRoom: ({ size }: StackRange) => `no room for ${FRAME_BYTES} bytes of stack in the ${size} there are`,
  left: "control left the program",
  notLoaded: "this reference has no address yet: the program was not loaded",
  noPacket: "this machine has no packet to load from",
  noFunction: (register: number, value: bigint) =>
    `r${register} = 0x${value.toString(16)} is no function of this program`,
  noCallback: (target: bigint | number) =>
    `the callback 0x${BigInt.asUintN(64, BigInt(target)).toString(16)} is no function of this program`,
} as const
