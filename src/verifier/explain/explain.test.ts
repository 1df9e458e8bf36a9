// One refusal for each rule, of assembled instructions: what is known, what is needed, what helps, where it came from.
import { beforeAll, describe, expect, test } from "vitest"
import type { AttachTypeName, ProgramTypeName } from "../../catalog/index.ts"
import { assemble } from "../../isa/index.ts"
import { loadBuiltinProfile } from "../../profile/node.ts"
import type { MapFacts, ProgramReference, VerifierKernel, VerifierProgram } from "../program.ts"
import type { Rule } from "../rule.ts"
import { bareProgram, numbered, plainMap } from "../testing/program.ts"
import { verifyProgram } from "../verify.ts"

let kernel: VerifierKernel

beforeAll(async () => {
  const profile = await loadBuiltinProfile("6.12")
  kernel = { release: "6.12", btf: profile.btf() }
})

const HASH = plainMap("counts", 1, 16, { keySize: 8, maxEntries: 64 })
const READ_ONLY: MapFacts = { ...HASH, name: "constants", flags: 1 << 7 }
const PROGRAMS: MapFacts = { ...HASH, name: "jumps", type: 3, keySize: 4, valueSize: 4 }

interface Case {
  readonly name: string
  readonly rule: Rule
  readonly code: string
  readonly type?: ProgramTypeName
  readonly attachType?: AttachTypeName
  readonly release?: string
  readonly gpl?: boolean
  readonly flags?: number
  readonly privileged?: boolean
  readonly references?: readonly (readonly [number, ProgramReference])[]
  readonly known: string | RegExp
  readonly needs: string | RegExp
  readonly fix: string | RegExp
  /** The instructions of the chain. */
  readonly chain?: readonly number[]
}

const lookup = (map: MapFacts) =>
  ({
    code: `
  r6 = r1
  *(u64 *)(r10 -8) = 0
  r2 = r10
  r2 += -8
  r1 = 0 ll
  call bpf_map_lookup_elem`,
    references: [[4, { kind: "map", map }]] as const,
  }) as const

const FOUND = `${lookup(HASH).code}\n if r0 != 0 goto pc+1\n exit`
const { references } = lookup(HASH)

const CASES: readonly Case[] = [
  {
    name: "packet bytes behind the comparison",
    rule: "packet-bounds",
    code: `r2 = *(u32 *)(r1 +0)
      r3 = *(u32 *)(r1 +4)
      r4 = r2
      r4 += 14
      if r4 > r3 goto pc+1
      r0 = *(u32 *)(r2 +14)
      r0 = 0
      exit`,
    known:
      "r2 is a pointer into the packet; a comparison with data_end showed 14 bytes from the start of the packet",
    needs: "18 bytes from the start of the packet compared with data_end, not 14",
    fix: "compare `data + 18` with `data_end` before instruction 5",
    chain: [0, 4],
  },
  {
    name: "packet bytes without a comparison",
    rule: "packet-bounds",
    code: "r2 = *(u32 *)(r1 +0)\nr0 = *(u8 *)(r2 +3)\nexit",
    known: "no comparison with data_end holds for it",
    needs: "4 bytes from the start of the packet compared with data_end, not none",
    fix: "compare `data + 4` with `data_end`",
    chain: [0],
  },
  {
    name: "a value of a map behind its end",
    rule: "memory-bounds",
    code: `${FOUND}\n r1 = *(u64 *)(r0 +16)\n exit`,
    references,
    known: "r0 is a pointer to a value of map counts (16 bytes), and the instruction adds 16",
    needs: "an offset from 0 to 8, whatever it may be: a value of map counts has 16 bytes",
    fix: "correct the offset",
    chain: [6, 7],
  },
  {
    name: "a value of a map at an index without a limit",
    rule: "memory-bounds",
    code: `${FOUND}\n r1 = *(u32 *)(r6 +12)\n r0 += r1\n r1 = *(u64 *)(r0 +0)\n exit`,
    references,
    known: "r0 is a pointer to a value of map counts (16 bytes) at an offset from 0 to 2^32-1",
    needs: "an offset from 0 to 8",
    fix: "bound what is added to the pointer to at most 8 bytes",
    chain: [6, 7, 9, 10],
  },
  {
    name: "a value of a map at an index that may be negative",
    rule: "memory-bounds",
    code: `${FOUND}\n r1 = *(s32 *)(r0 +0)\n if r1 s> 8 goto pc+3\n if r1 s< -4 goto pc+2\n r0 += r1\n r1 = *(u64 *)(r0 +0)\n exit`,
    references,
    known: "at an offset from -4 to 8",
    needs: "an offset from 0 to 8",
    fix: /make the index unsigned, or leave when it is negative \(a number from -4 to 8/,
  },
  {
    name: "what a lookup gave, unchecked",
    rule: "pointer-needed",
    code: `${lookup(HASH).code}\n r0 = *(u64 *)(r0 +0)\n exit`,
    references,
    known: "r0 is a pointer to a value of map counts (16 bytes), or null",
    needs: "a pointer that was compared with null",
    fix: "compare it with null before instruction 7",
    chain: [6],
  },
  {
    name: "a number as an address",
    rule: "pointer-needed",
    code: "r2 = 64\nr0 = *(u64 *)(r2 +0)\nexit",
    known: "r2 is the number 64",
    needs: "a pointer of which the verifier knows what it points to",
    fix: "bpf_probe_read_kernel",
    chain: [0],
  },
  {
    name: "null as an address",
    rule: "pointer-needed",
    code: "r2 = 0\nr0 = *(u64 *)(r2 +0)\nexit",
    known: "r2 is the number 0",
    needs: "a pointer of which the verifier knows what it points to",
    fix: "it is null on this way",
    chain: [0],
  },
  {
    name: "a register that nobody wrote",
    rule: "uninitialised-register",
    code: "r0 = r7\nexit",
    known: "nothing was written to r7 on this way",
    needs: "a register that was written on every way",
    fix: "give the variable a value",
  },
  {
    name: "a register that a call clobbered",
    rule: "uninitialised-register",
    code: "r2 = 1\ncall bpf_ktime_get_ns\nr0 = r2\nexit",
    known: "r2 held something until bpf_ktime_get_ns was called (instruction 1)",
    needs: "a register that was written on every way",
    fix: "keep the value in r6 to r9",
    chain: [1],
  },
  {
    name: "stack that nobody wrote, unprivileged",
    rule: "uninitialised-stack",
    type: "socket_filter",
    privileged: false,
    code: "*(u32 *)(r10 -8) = 1\nr0 = *(u64 *)(r10 -8)\nr0 = 0\nexit",
    known: "byte fp-4 of the stack was not written on this way",
    needs: "bytes that were written before",
    fix: "initialise the whole variable",
    chain: [0],
  },
  {
    name: "stack below the frame",
    rule: "stack-bounds",
    code: "*(u64 *)(r10 -520) = 0\nr0 = 0\nexit",
    known: "r10 is a pointer to the stack at fp+0, and the instruction adds -520",
    needs: "bytes from fp-512 to fp-1",
    fix: "per-CPU array map",
  },
  {
    name: "a field that the context does not have for programs",
    rule: "context-access",
    type: "tracepoint",
    code: "r0 = *(u32 *)(r1 +4)\nexit",
    known: "r1 is the context of tracepoint programs",
    needs: "a record is read from byte 8",
    fix: "bpf_get_current_pid_tgid",
  },
  {
    name: "a field of another attach type",
    rule: "context-access",
    type: "cgroup_sock_addr",
    attachType: "cgroup_inet4_connect",
    code: "r0 = *(u32 *)(r1 +8)\nexit",
    known: "cgroup_inet4_connect",
    needs: "user_ip6 is read only with attach type cgroup_inet6_bind",
    fix: "user_ip4",
  },
  {
    name: "a context that was moved",
    rule: "moved-pointer",
    code: "r1 += 4\nr0 = *(u32 *)(r1 +0)\nexit",
    known: "r1 is the context at offset 4",
    needs: "the pointer as it was given",
    fix: "`ctx->member`",
    chain: [0],
  },
  {
    name: "a helper that other program types call",
    rule: "helper-not-allowed",
    code: "call bpf_get_stackid\nexit",
    known: "the program is of type xdp on Linux 6.12",
    needs: "xdp programs cannot call bpf_get_stackid",
    fix: "do without bpf_get_stackid",
  },
  {
    name: "a helper that the type may call later",
    rule: "helper-not-allowed",
    release: "6.1",
    code: "call bpf_get_current_pid_tgid\nexit",
    known: "on Linux 6.1",
    needs: "xdp programs may call bpf_get_current_pid_tgid from 6.10 on",
    fix: "load it only on Linux 6.10 and later",
  },
  {
    name: "a helper that came later",
    rule: "helper-unknown",
    release: "6.1",
    code: "call 211\nexit",
    known: "Linux 6.1 does not have it",
    needs: "Linux 6.2 or later",
    fix: "bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_cgrp_storage_delete)",
  },
  {
    name: "a helper for programs under the GPL",
    rule: "gpl-only",
    type: "kprobe",
    gpl: false,
    code: "call bpf_probe_read_kernel\nexit",
    known: "not one that the kernel takes as compatible with the GPL",
    needs: "Dual BSD/GPL",
    fix: 'SEC("license")',
  },
  {
    name: "a helper that may sleep",
    rule: "sleepable",
    type: "kprobe",
    code: "call bpf_copy_from_user\nexit",
    known: "never sleeps",
    needs: "a sleepable program",
    fix: "fentry.s",
  },
  {
    name: "an argument of the wrong type",
    rule: "argument-type",
    code: "r2 = 1\nr3 = 2\nr4 = 0\nr1 = 7\ncall bpf_map_update_elem\nexit",
    known: "r1 is the number 7",
    needs: "a map of the object",
    fix: "`&map`",
    chain: [3],
  },
  {
    name: "a size that may be negative",
    rule: "memory-size",
    type: "sched_cls",
    code: `r4 = *(u32 *)(r1 +0)
      r4 <<= 32
      r4 s>>= 32
      r3 = r10
      r3 += -64
      r2 = 0
      call bpf_skb_load_bytes
      exit`,
    known:
      /r4 is a number from -2\^31 to 2\^31-1, negative ones among them, r3 is a pointer to the stack at fp-64/,
    needs: "a size that cannot be negative",
    fix: "make it unsigned",
    chain: [0, 1, 2],
  },
  {
    name: "a socket that is kept",
    rule: "reference-leak",
    type: "sched_cls",
    code: `*(u64 *)(r10 -8) = 0
      *(u64 *)(r10 -16) = 0
      r2 = r10
      r2 += -16
      r3 = 12
      r4 = 0
      r5 = 0
      call bpf_sk_lookup_tcp
      r0 = 0
      exit`,
    known: "bpf_sk_lookup_tcp (instruction 7) acquired what is not given back",
    needs: "everything that was acquired given back",
    fix: "call bpf_sk_release on every way between there and instruction 9",
    chain: [7],
  },
  {
    name: "a loop that changes nothing",
    rule: "infinite-loop",
    code: "r0 = 0\nr1 = *(u32 *)(r1 +0)\nif r0 == 0 goto pc-1\nexit",
    known: "holds what it held a round before",
    needs: "something in each round",
    fix: "bpf_loop()",
  },
  {
    name: "too many ways",
    rule: "too-complex",
    code: `r1 = *(u32 *)(r1 +0)\n${"if r1 == 7 goto pc+0\n".repeat(8200)}r0 = 0\nexit`,
    known: "8,193 ways wait",
    needs: "8,192 ways that wait",
    fix: "bpf_for()",
  },
  {
    name: "a loop of an unprivileged program",
    rule: "back-edge",
    type: "socket_filter",
    privileged: false,
    code: "r0 = 0\nr0 += 1\nif r0 != 3 goto pc-2\nexit",
    known: "without CAP_BPF",
    needs: "code without loops",
    fix: "unroll",
  },
  {
    name: "a return value out of range",
    rule: "return-value",
    type: "cgroup_device",
    code: "r0 = 2\nexit",
    known: "r0 is the number 2",
    needs: "0 or 1 (0: open or mknod fails with EPERM; 1: it goes on)",
    fix: "return 0 or 1",
    chain: [0],
  },
  {
    name: "code that nothing leads to",
    rule: "unreachable",
    code: "r0 = 0\nexit\nr0 = 1\nexit",
    known: "leads to instruction 2",
    needs: "code that can be reached",
    fix: "remove",
  },
  {
    name: "a jump out of the program",
    rule: "jump-target",
    code: "r0 = 0\nif r0 == 0 goto pc+9\nexit",
    known: "instructions 0 to 2",
    needs: "jumps inside of the function",
    fix: "counts slots",
  },
  {
    name: "a function without an end",
    rule: "program-end",
    code: "r0 = 0\nr0 = 1",
    known: "its last instruction is number 1",
    needs: "exit or a jump",
    fix: "return on every way",
  },
  {
    name: "an access at an odd address",
    rule: "alignment",
    code: "r0 = *(u32 *)(r10 -7)\nexit",
    known: "the instruction adds -7",
    needs: "a multiple of 4",
    fix: "align the variable",
  },
  {
    name: "arithmetic on a pointer that may be null",
    rule: "pointer-arithmetic",
    code: `${lookup(HASH).code}\n r0 += 8\n exit`,
    references,
    known: "or null",
    needs: "a pointer that was compared with null",
    fix: "compare it with null",
    chain: [6],
  },
  {
    name: "arithmetic on half a pointer",
    rule: "pointer-arithmetic",
    code: "w1 += 1\nexit",
    known: "r1 is the context",
    needs: "all 64 bits of the pointer",
    fix: "64-bit variables",
  },
  {
    name: "a write to the frame pointer",
    rule: "frame-pointer",
    code: "r10 += 1\nexit",
    known: "r10 is the frame pointer",
    needs: "stays as it is",
    fix: "copy it",
  },
  {
    name: "a sum of two pointers",
    rule: "pointer-arithmetic",
    code: "r2 = r10\nr2 += r1\nr0 = 0\nexit",
    known: /is (the context|a pointer to the stack)/,
    needs: "two pointers make no third one",
    fix: "compute with numbers first",
    chain: [0],
  },
  {
    name: "an address for everybody",
    rule: "pointer-leak",
    type: "socket_filter",
    privileged: false,
    code: "r0 = r10\nexit",
    known: "r0 is a pointer to the stack",
    needs: "a number",
    fix: "CAP_PERFMON",
    chain: [0],
  },
  {
    name: "a store to a read-only map",
    rule: "read-only-map",
    code: `${lookup(READ_ONLY).code}\n if r0 != 0 goto pc+1\n exit\n *(u32 *)(r0 +0) = 1\n exit`,
    references: lookup(READ_ONLY).references,
    known: "map constants",
    needs: "a map that programs may write",
    fix: "BPF_F_RDONLY_PROG",
    chain: [6, 7],
  },
  {
    name: "a helper on a map of another type",
    rule: "map-helper",
    code: `${lookup(PROGRAMS).code}\n exit`,
    references: lookup(PROGRAMS).references,
    known: "the map is of type prog_array",
    needs: "a map that bpf_map_lookup_elem works on",
    fix: "skep explain prog_array",
    chain: [4],
  },
  {
    name: "a division by zero",
    rule: "constant-arithmetic",
    code: "r0 = 6\nr0 /= 0\nexit",
    known: "r0 is the number 6",
    needs: "a divisor that is not 0",
    fix: "correct the constant",
    chain: [0],
  },
  {
    name: "a kfunc of other program types",
    rule: "kfunc-not-allowed",
    type: "socket_filter",
    code: "r1 = 1\ncall kernel-function#1\nr0 = 0\nexit",
    references: [[1, { kind: "kfunc", name: "bpf_task_from_pid", btfId: 1 }]],
    known: "the program is of type socket_filter on Linux 6.12",
    needs: "a program of a type that may call it",
    fix: "a program of a type that may",
  },
]

function programOf(each: Case): VerifierProgram {
  return bareProgram({
    type: each.type ?? "xdp",
    attachType: each.attachType,
    gpl: each.gpl ?? true,
    flags: each.flags ?? 0,
    instructions: assemble(each.code),
    references: numbered(each.references ?? [], kernel),
  })
}

function explained(each: Case) {
  const release = (each.release ?? "6.12") as VerifierKernel["release"]
  const options = { ...(each.privileged === false && { capabilities: new Set<never>() }), explain: true }
  return verifyProgram(programOf(each), { ...kernel, release }, options)
}

const matching = (text: string | RegExp) =>
  typeof text === "string" ? expect.stringContaining(text) : expect.stringMatching(text)

describe("the explanation of", () => {
  test.each(CASES)("$name", each => {
    const { verdict, message, explanation } = explained(each)
    expect({
      verdict,
      message,
      ...explanation,
      chain: explanation?.chain.map(step => step.instruction),
    }).toMatchObject({
      verdict: "reject",
      rule: each.rule,
      known: matching(each.known),
      needs: matching(each.needs),
      fix: matching(each.fix),
      ...(each.chain && { chain: each.chain }),
    })
  })
})

test("nothing is explained unless it is asked for", () => {
  const result = verifyProgram(programOf(CASES[0]!), kernel)
  expect(result.verdict).toBe("reject")
  expect(result.explanation).toBeUndefined()
})

test("explaining changes neither verdict nor figures", () => {
  for (const each of CASES) {
    const release = (each.release ?? "6.12") as VerifierKernel["release"]
    const plain = verifyProgram(
      programOf(each),
      { ...kernel, release },
      each.privileged === false ? { capabilities: new Set() } : {},
    )
    const { explanation: _, ...told } = explained(each)
    expect(told).toEqual({ ...plain, explanation: undefined })
  }
})
