import { AttachError } from "../../base/index.ts"

/** Where an argument of a USDT probe is when the probe is hit. Numbers of `enum __bpf_usdt_arg_type` (bpf/usdt.bpf.h). */
export const USDT_ARGUMENT = { constant: 0, register: 1, memory: 2, indexed: 3 } as const

export interface UsdtArgument {
  readonly kind: keyof typeof USDT_ARGUMENT
  /** The constant, or what is added to the address. */
  readonly value: bigint
  /** Offset of the register in `struct pt_regs`; 0 for constants. */
  readonly register: number
  /** Of the index register, and the power of two that it is multiplied by. */
  readonly index: number
  readonly scaleShift: number
  readonly isSigned: boolean
  /** Bytes: 1, 2, 4 or 8. */
  readonly size: number
}

/** Most that bpf/usdt.bpf.h has room for. */
const MOST_ARGUMENTS = 12

/** Names of each general register of x86-64, from eight bytes down to one, with its offset in `struct pt_regs`. */
const X86_REGISTERS: readonly (readonly [offset: number, names: string])[] = [
  [0, "r15 r15d r15w r15b"],
  [8, "r14 r14d r14w r14b"],
  [16, "r13 r13d r13w r13b"],
  [24, "r12 r12d r12w r12b"],
  [32, "rbp ebp bp bpl"],
  [40, "rbx ebx bx bl"],
  [48, "r11 r11d r11w r11b"],
  [56, "r10 r10d r10w r10b"],
  [64, "r9 r9d r9w r9b"],
  [72, "r8 r8d r8w r8b"],
  [80, "rax eax ax al"],
  [88, "rcx ecx cx cl"],
  [96, "rdx edx dx dl"],
  [104, "rsi esi si sil"],
  [112, "rdi edi di dil"],
  [128, "rip eip ip"],
  [152, "rsp esp sp spl"],
]
const X86 = new Map(
  X86_REGISTERS.flatMap(([offset, names]) => names.split(" ").map(name => [name, offset] as const)),
)

/**
 * Reads the argument string of a note on x86-64: "-4@%edi 8@-8(%rbp) 4@$5 8@(%rax,%rbx,8)". A negative size is a signed
 * value. Throws AttachError (EINVAL, E2BIG) that quotes the argument.
 */
export function parseUsdtArguments(text: string): UsdtArgument[] {
  // Spaces may stand inside parentheses.
  const parts = text.trim() === "" ? [] : text.trim().split(/\s+(?=-?\d+\s*@)/)
  if (parts.length > MOST_ARGUMENTS)
    throw new AttachError(
      `USDT arguments '${text}': ${parts.length} are too many, at most ${MOST_ARGUMENTS} can be read (E2BIG)`,
      { errno: "E2BIG" },
    )
  return parts.map(parseArgument)
}

const PLACES = {
  constant: /^\$(-?\d+|-?0x[0-9a-f]+)$/i,
  register: /^%(\w+)$/,
  memory: /^(-?\d+)?\(%(\w+)\)$/,
  indexed: /^(-?\d+)?\(%(\w+),%(\w+)(?:,(\d+))?\)$/,
} as const

function parseArgument(text: string, number: number): UsdtArgument {
  const fail = (problem: string): AttachError =>
    new AttachError(`USDT argument ${number} '${text}': ${problem} (EINVAL)`, { errno: "EINVAL" })
  const match = /^(-?)(\d+)@(.+)$/.exec(text.replace(/\s+/g, ""))
  const size = Number(match?.[2])
  if (!match) throw fail("it is not written as <size>@<place>")
  if (![1, 2, 4, 8].includes(size)) throw fail(`its size is ${match[1]}${size}, not 1, 2, 4 or 8 bytes`)
  const register = (name = ""): number => {
    const offset = X86.get(name)
    if (offset === undefined) throw fail(`'%${name}' is no general register`)
    return offset
  }
  const place = match[3] as string
  const none = { value: 0n, register: 0, index: 0, scaleShift: 0, isSigned: match[1] === "-", size }
  const constant = PLACES.constant.exec(place)
  if (constant) return { ...none, kind: "constant", value: integer(constant[1]) }
  const plain = PLACES.register.exec(place)
  if (plain) return { ...none, kind: "register", register: register(plain[1]) }
  const memory = PLACES.memory.exec(place)
  if (memory) return { ...none, kind: "memory", value: integer(memory[1]), register: register(memory[2]) }
  const indexed = PLACES.indexed.exec(place)
  if (!indexed) throw fail("such a place cannot be read")
  const scaleShift = [1, 2, 4, 8].indexOf(Number(indexed[4] ?? 1))
  if (scaleShift < 0) throw fail(`its scale is ${indexed[4]}, not 1, 2, 4 or 8`)
  return {
    ...none,
    kind: "indexed",
    value: integer(indexed[1]),
    register: register(indexed[2]),
    index: register(indexed[3]),
    scaleShift,
  }
}

function integer(text = "0"): bigint {
  return text.startsWith("-") ? -BigInt(text.slice(1)) : BigInt(text)
}
