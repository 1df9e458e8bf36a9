import { beforeAll, describe, expect, test } from "vitest"
import type { ProgramTypeName } from "../catalog/index.ts"
import { assemble } from "../isa/index.ts"
import { loadBuiltinProfile } from "../profile/node.ts"
import type { ProgramReference, VerifierKernel, VerifierProgram } from "./program.ts"
import { bareProgram, numbered, plainMap } from "./testing/program.ts"
import { verifyProgram } from "./verify.ts"

let kernel: VerifierKernel

beforeAll(async () => {
  const profile = await loadBuiltinProfile("6.12")
  kernel = { release: "6.12", btf: profile.btf() }
})

const HASH = plainMap("counts", 1, 16, { keySize: 8, maxEntries: 64 })

interface Case {
  readonly name: string
  readonly code: string
  readonly type?: ProgramTypeName
  readonly attachType?: VerifierProgram["attachType"]
  readonly references?: readonly (readonly [number, ProgramReference])[]
  readonly gpl?: boolean
  readonly release?: string
  readonly sleepable?: boolean
  /** The line that refuses it; none where it is accepted. */
  readonly message?: string
  readonly verdict?: "unsupported"
  readonly processed?: number
}

function programOf({
  code,
  type = "xdp",
  attachType,
  references = [],
  gpl = true,
  sleepable = false,
}: Case): VerifierProgram {
  const instructions = assemble(code)
  return bareProgram({
    type,
    attachType,
    sleepable,
    gpl,
    instructions,
    references: numbered(references, kernel),
  })
}

const LOOKUP = `
  r1 = 0
  *(u64 *)(r10 -8) = r1
  r2 = r10
  r2 += -8
  r1 = 0 ll
  call bpf_map_lookup_elem`
const MAP = [[4, { kind: "map", map: HASH }]] as const

const PACKET = `
  r2 = *(u32 *)(r1 +0)
  r3 = *(u32 *)(r1 +4)
  r4 = r2
  r4 += 14
  if r4 > r3 goto pc+1`

/** Two ways that meet behind a stored state: `r4` beyond the end, and not. */
const BEYOND = `r2 = *(u32 *)(r1 +0)
r3 = *(u32 *)(r1 +4)
r4 = r2
${"r5 = 0\n".repeat(8)}r4 += 2
goto pc+0
goto pc+0
if r4 <= r3 goto pc+13
goto pc+0
goto pc+0
${"r5 = 1\n".repeat(10)}goto pc+1
r5 = 1
if r4 > r3 goto pc+1`

const CASES: readonly Case[] = [
  { name: "a constant is returned", code: "r0 = 2\nexit", processed: 2 },
  { name: "a register is read before it is written", code: "r0 = r2\nexit", message: "R2 !read_ok" },
  { name: "the return value is missing", code: "exit", message: "R0 !read_ok" },
  { name: "code cannot be reached", code: "r0 = 0\nexit\nr0 = 1\nexit", message: "unreachable insn 2" },
  { name: "the frame pointer is written", code: "r10 = 0\nexit", message: "frame pointer is read only" },
  {
    name: "the common fields of a tracepoint's record are read",
    type: "tracepoint",
    code: "r0 = *(u32 *)(r1 +4)\nexit",
    message: "invalid bpf_context access off=4 size=4",
  },
  {
    name: "a store goes below the stack",
    code: "*(u64 *)(r10 -520) = 0\nr0 = 0\nexit",
    message: "invalid write to stack R10 off=-520 size=8",
  },
  {
    name: "what a lookup gave is not compared with null",
    code: `${LOOKUP}\n r0 = *(u64 *)(r0 +0)\n exit`,
    references: MAP,
    message: "R0 invalid mem access 'map_value_or_null'",
  },
  {
    name: "a value is read in its bounds",
    code: `${LOOKUP}\n if r0 == 0 goto pc+1\n r0 = *(u64 *)(r0 +8)\n r0 = 1\n exit`,
    references: MAP,
    // The longer path's ten instructions, and one of the other, which ends at the state stored there.
    processed: 11,
  },
  {
    name: "a value is read past its end",
    code: `${LOOKUP}\n if r0 == 0 goto pc+1\n r0 = *(u64 *)(r0 +16)\n r0 = 1\n exit`,
    references: MAP,
    message: "R0 min value is outside of the allowed memory range",
  },
  {
    name: "packet bytes are read that were compared with the end",
    code: `${PACKET}\n r0 = *(u16 *)(r2 +12)\n r0 = 2\n exit`,
  },
  {
    name: "packet bytes are read behind what was compared",
    code: `${PACKET}\n r0 = *(u16 *)(r2 +13)\n r0 = 2\n exit`,
    message: "R2 offset is outside of the packet",
  },
  {
    name: "packet bytes are read on the second way to an instruction, whose first lies beyond the packet's end",
    code: `${BEYOND}\n r0 = *(u8 *)(r2 +100)\n r0 = 0\n exit`,
    message: "R2 offset is outside of the packet",
    processed: 34,
  },
  {
    name: "a loop counts to its end",
    code: "r1 = 0\nr1 += 1\nif r1 != 100 goto pc-2\nr0 = 0\nexit",
    processed: 203,
  },
  {
    name: "a loop changes nothing",
    code: "r0 = 0\ngoto pc-1\nexit",
    message: "unreachable insn 2",
  },
  {
    name: "a loop never ends",
    code: "r0 = 0\nr1 = *(u32 *)(r1 +0)\nif r0 == 0 goto pc-1\nexit",
    message: "infinite loop detected at insn 2",
  },
  {
    name: "a helper is not for this type of program",
    code: "call bpf_get_stackid\nexit",
    message: "program of this type cannot use helper bpf_get_stackid#27",
  },
  {
    name: "a helper is not for this type of program in an older kernel",
    release: "6.1",
    code: "call bpf_get_current_pid_tgid\nexit",
    message: "unknown func bpf_get_current_pid_tgid#14",
  },
  {
    name: "a helper needs a licence",
    type: "kprobe",
    gpl: false,
    code: "r1 = 0\nr2 = 0\nr3 = 0\ncall bpf_probe_read_kernel\nexit",
    message: "cannot call GPL-restricted function from non-GPL compatible program",
  },
  {
    name: "the return value is out of range",
    type: "cgroup_device",
    code: "r0 = 2\nexit",
    message: "At program exit the register R0 has smin=2 smax=2 should have been in [0, 1]",
  },
  {
    name: "a socket is not given back",
    type: "sched_cls",
    code: `
      *(u64 *)(r10 -8) = 0
      *(u64 *)(r10 -16) = 0
      r2 = r10
      r2 += -16
      r3 = 12
      r4 = 0
      r5 = 0
      call bpf_sk_lookup_tcp
      r0 = 0
      exit`,
    message: "Unreleased reference id=2 alloc_insn=7",
  },
  {
    name: "a syscall program cannot sleep",
    type: "syscall",
    code: "r0 = 0\nexit",
    message: "Syscall programs can only be sleepable",
  },
  {
    name: "a packet's program wants to sleep",
    sleepable: true,
    code: "r0 = 0\nexit",
    message: "Only fentry/fexit/fmod_ret, lsm, iter, uprobe, and struct_ops programs can be sleepable",
  },
  {
    name: "an answer is outside of what 6.1 compares by bits",
    type: "cgroup_sock",
    attachType: "cgroup_inet_sock_create",
    release: "6.1",
    code: "r0 = 2\nexit",
    message: "At program exit the register R0 has value (0x2; 0x0) should have been in (0x0; 0x1)",
  },
  {
    name: "a kernel function is asked for, it is there",
    references: [[0, { kind: "variable", name: "bpf_obj_new_impl", btfId: 1 }]],
    code: "r1 = 0 ll\nif r1 != 0 goto pc+1\nr0 = r9\nr0 = 2\nexit",
    processed: 4,
  },
  {
    name: "what it replaces is not told",
    type: "ext",
    code: "r0 = 0\nexit",
    verdict: "unsupported",
    message: "not supported by this verifier yet: programs of type ext whose target is not told",
  },
]

describe("a program in which", () => {
  test.each(CASES)("$name", each => {
    const program = programOf(each)
    const release = (each.release ?? "6.12") as VerifierKernel["release"]
    const result = verifyProgram(program, { ...kernel, release }, { logLevel: 1 })
    expect({ verdict: result.verdict, message: result.message }).toEqual({
      verdict: each.verdict ?? (each.message === undefined ? "accept" : "reject"),
      message: each.message ?? "",
    })
    if (each.processed !== undefined) expect(result.stats.processed).toBe(each.processed)
  })
})

test("the log has the kernel's format", () => {
  const code = `${LOOKUP}\n if r0 == 0 goto pc+1\n r1 = *(u8 *)(r0 +3)\n r0 = 1\n exit`
  const program = programOf({ name: "", code, references: MAP })
  const { log } = verifyProgram(program, kernel, { logLevel: 2 })
  expect(log).toBe(`func#0 @0
0: R1=ctx() R10=fp0
0: (b7) r1 = 0                        ; R1_w=0
1: (7b) *(u64 *)(r10 -8) = r1         ; R1_w=0 R10=fp0 fp-8_w=0
2: (bf) r2 = r10                      ; R2_w=fp0 R10=fp0
3: (07) r2 += -8                      ; R2_w=fp-8
4: (18) r1 = 0xffff000000000004       ; R1_w=map_ptr(map=counts,ks=8,vs=16)
6: (85) call bpf_map_lookup_elem#1    ; R0_w=map_value_or_null(id=1,map=counts,ks=8,vs=16)
7: (15) if r0 == 0x0 goto pc+1        ; R0_w=map_value(map=counts,ks=8,vs=16)
8: (71) r1 = *(u8 *)(r0 +3)           ; R0=map_value(map=counts,ks=8,vs=16) R1=scalar(smin=smin32=0,smax=umax=smax32=umax32=255,var_off=(0x0; 0xff))
9: (b7) r0 = 1                        ; R0_w=1
10: (95) exit

from 7 to 9: safe
processed 11 insns (limit 1000000) max_states_per_insn 0 total_states 1 peak_states 1 mark_read 0
`)
})

test("a caller with limited patience gets no verdict for a long walk", () => {
  const program = programOf({ name: "", code: "r1 = 0\nl0:\nr1 += 1\nif r1 < 5000 goto l0\nr0 = 0\nexit" })
  expect(verifyProgram(program, kernel, { patience: 1000 })).toMatchObject({
    verdict: "unsupported",
    message: "given up after 1000 instructions, as asked",
  })
  expect(verifyProgram(program, kernel, { patience: 20_000 }).verdict).toBe("accept")
})
