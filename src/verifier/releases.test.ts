import { beforeAll, describe, expect, test } from "vitest"
import { loadBuiltinProfile } from "../profile/node.ts"
import type { VerifierKernel } from "./program.ts"
import { plainMap, programOf } from "./testing/program.ts"
import { verifyProgram } from "./verify.ts"

const kernels = new Map<string, VerifierKernel>()

beforeAll(async () => {
  for (const release of ["6.1", "6.12"])
    kernels.set(release, { release, btf: (await loadBuiltinProfile(release)).btf() })
})

const maps = {
  values: plainMap("values", 2, 16),
  ring: plainMap("ring", 27, 0, { keySize: 0, maxEntries: 4096 }),
}

/** What the two releases say: the line that refuses, "" where the program is accepted. */
function verdictsOf(code: string): string[] {
  return [...kernels.values()].map(kernel => {
    const program = programOf(code, kernel, { maps, type: "xdp" })
    const result = verifyProgram(program, kernel, { logLevel: 1 })
    expect(result.verdict).toBe(result.message === "" ? "accept" : "reject")
    return result.message
  })
}

const VALUE = `
  *(u32 *)(r10 -4) = 0
  r2 = r10
  r2 += -4
  r1 = map values
  call bpf_map_lookup_elem
  if r0 == 0 goto pc+1
  goto pc+2
  r0 = 0
  exit
  r6 = r0
  call bpf_get_prandom_u32`
const RESERVED = `
  r1 = map ring
  r2 = 8
  r3 = 0
  r4 = r10
  r4 += -16
  call bpf_ringbuf_reserve_dynptr`
const SUBMITTED = `
  r1 = r10
  r1 += -16
  r2 = 0
  call bpf_ringbuf_submit_dynptr`
const END = "\n  r0 = 0\n  exit"

describe("Linux 6.1 and 6.12", () => {
  test.each([
    [
      "differ in moves with sign extension",
      `r1 = 5\n r0 = (s8)r1\n exit`,
      ["BPF_MOV uses reserved fields", ""],
    ],
    [
      "differ in constants that are stored into the context",
      `*(u32 *)(r1 +16) = 0${END}`,
      ["BPF_ST stores into R1 ctx is not allowed", expect.stringContaining("invalid bpf_context access")],
    ],
    [
      "learn from comparisons with a constant, and with any range",
      `${VALUE}\n r7 = r0\n r7 &= 7\n call bpf_get_prandom_u32\n if r0 > r7 goto pc+2\n r6 += r0\n r0 = *(u8 *)(r6 +0)${END}`,
      [expect.stringContaining("unbounded"), ""],
    ],
    [
      "decide comparisons with a constant, and of two ranges",
      `${VALUE}\n r7 = r0\n r7 &= 7\n r8 = r0\n r8 |= 8\n r8 &= 15\n if r7 < r8 goto pc+1\n r0 = *(u8 *)(r9 +0)${END}`,
      ["R9 !read_ok", ""],
    ],
    [
      "refuse a dynptr that was written over when it is used, and when it is written over",
      `${RESERVED}\n *(u64 *)(r10 -16) = 1${SUBMITTED}${END}`,
      ["arg 1 is an unacquired reference", "cannot overwrite referenced dynptr"],
    ],
    [
      "refuse a half of a dynptr that was written over",
      `${RESERVED}\n *(u8 *)(r10 -1) = 1${SUBMITTED}${END}`,
      ["Expected an initialized dynptr as arg #1", "cannot overwrite referenced dynptr"],
    ],
  ])("%s", (_name, code, expected) => {
    expect(verdictsOf(code)).toEqual(expected)
  })

  test("print states at length, and without what goes without saying", () => {
    const code = "r2 = *(u32 *)(r1 +16)\n *(u64 *)(r10 -8) = r1\n r0 = 0\n exit"
    const said = [...kernels.values()].map(kernel => {
      const { log } = verifyProgram(programOf(code, kernel, { type: "xdp" }), kernel, { logLevel: 2 })
      return log.split("\n").slice(1, 4)
    })
    expect(said).toEqual([
      [
        "0: R1=ctx(off=0,imm=0) R10=fp0",
        expect.stringMatching(
          /^0: .*; R1=ctx\(off=0,imm=0\) R2_w=scalar\(umax=4294967295,var_off=\(0x0; 0xffffffff\)\)$/,
        ),
        expect.stringMatching(/^1: .*; R1=ctx\(off=0,imm=0\) R10=fp0 fp-8_w=ctx$/),
      ],
      [
        "0: R1=ctx() R10=fp0",
        expect.stringMatching(
          /^0: .*; R1=ctx\(\) R2_w=scalar\(smin=0,smax=umax=0xffffffff,var_off=\(0x0; 0xffffffff\)\)$/,
        ),
        expect.stringMatching(/^1: .*; R1=ctx\(\) R10=fp0 fp-8_w=ctx\(\)$/),
      ],
    ])
  })

  test("print the results of programs as bits, and as ranges", () => {
    const code = "r0 = 9\n exit"
    const said = [...kernels.values()].map(kernel => {
      const program = programOf(code, kernel, { type: "cgroup_skb", attachType: "cgroup_inet_ingress" })
      return verifyProgram(program, kernel, { logLevel: 1 }).message
    })
    expect(said).toEqual([
      "At program exit the register R0 has value (0x9; 0x0) should have been in (0x0; 0x1)",
      "At program exit the register R0 has smin=9 smax=9 should have been in [0, 1]",
    ])
  })
})
