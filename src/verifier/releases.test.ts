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

const maps = { values: plainMap("values", 2, 16) }

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
  ])("%s", (_name, code, expected) => {
    expect(verdictsOf(code)).toEqual(expected)
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
