import { describe, expect, test } from "vitest"
import type { Capability } from "../catalog/index.ts"
import { loadBuiltinProfile } from "../profile/node.ts"
import type { MapFacts } from "./program.ts"
import { MAP_TYPE } from "./rules/map-types.ts"
import { plainMap, programOf } from "./testing/program.ts"
import { verifyProgram } from "./verify.ts"

const kernel = { release: "6.12", btf: (await loadBuiltinProfile("6.12")).btf() } as const
const SMALL = plainMap("small", MAP_TYPE.ARRAY, 16)
const LARGE = plainMap("large", MAP_TYPE.ARRAY, 48)
const maps = { small: SMALL, large: LARGE }

type Loader = readonly Capability[]
const NOBODY: Loader = []

function verify(code: string, loader: Loader, given: Readonly<Record<string, MapFacts>> = maps) {
  const program = programOf(code, kernel, { type: "socket_filter", maps: given })
  return verifyProgram(program, kernel, { capabilities: new Set(loader), explain: true })
}

/** r0 is the value of a map, r6 the context. */
const value = (map: string) => `
  r6 = r1
  *(u32 *)(r10 -4) = 0
  r2 = r10
  r2 += -4
  r1 = map ${map}
  call bpf_map_lookup_elem
  if r0 != 0 goto pc+2
  r0 = 0
  exit`
/** r1 is a number from 0 to `most`, which is one less than a power of two. */
const upTo = (most: number) => `
  r1 = *(u32 *)(r6 +0)
  r1 &= ${most}`
const DONE = `
  r0 = 0
  exit`

describe("what programs may do depends on what their loader holds", () => {
  const LOOP = "r1 = 3\nr1 += -1\nif r1 != 0 goto pc-2\nr0 = 0\nexit"
  const CALL = "call pc+1\nexit\nr0 = 0\nexit"
  const LEAK = "r0 = r10\nexit"
  const UNWRITTEN = "*(u32 *)(r10 -4) = 1\nr0 = *(u64 *)(r10 -8)\nr0 = 0\nexit"
  const PARTLY = "*(u32 *)(r10 -8) = 1\nr0 = *(u64 *)(r10 -8)\nr0 = 0\nexit"
  test.each([
    ["nothing", "r0 = 0\nexit", NOBODY, ""],
    ["a loop", LOOP, NOBODY, "back-edge from insn 2 to 1"],
    // Where the loop ends, a processor may guess that it goes on, with any number.
    ["a loop", LOOP, ["CAP_BPF"], "infinite loop detected at insn 2"],
    ["a loop", LOOP, ["CAP_BPF", "CAP_PERFMON"], ""],
    [
      "a call",
      CALL,
      NOBODY,
      "loading/calling other bpf or kernel functions are allowed for CAP_BPF and CAP_SYS_ADMIN",
    ],
    ["a call", CALL, ["CAP_BPF"], ""],
    ["an address", LEAK, NOBODY, "R0 leaks addr as return value"],
    ["an address", LEAK, ["CAP_BPF"], "R0 leaks addr as return value"],
    ["an address", LEAK, ["CAP_PERFMON"], ""],
    ["a loop", LOOP, ["CAP_PERFMON"], "back-edge from insn 2 to 1"],
    ["stack nobody wrote", UNWRITTEN, ["CAP_BPF"], "invalid read from stack off -8+0 size 8"],
    ["stack partly written", PARTLY, ["CAP_BPF"], "invalid read from stack off -8+4 size 8"],
    ["stack nobody wrote", UNWRITTEN, ["CAP_PERFMON"], ""],
    ["everything", LEAK, ["CAP_SYS_ADMIN"], ""],
  ] as const)("%s: %j with %j", (_, code, loader, message) => {
    expect(verify(code, loader)).toMatchObject({ message, verdict: message === "" ? "accept" : "reject" })
  })
})

const MASKED = "pointer arithmetic with it prohibited for !root"

const MOVES = [
  ["by a number that stays inside", `${value("large")}${upTo(31)}\nr0 += r1\nr0 = *(u8 *)(r0 +0)${DONE}`, ""],
  [
    "by a number of either sign",
    `${value("large")}
      r1 = *(u32 *)(r6 +0)
      r1 <<= 32
      r1 s>>= 32
      if r1 s> 4 goto pc+2
      if r1 s< -4 goto pc+1
      r0 += r1${DONE}`,
    `R1 has unknown scalar with mixed signed bounds, ${MASKED}`,
  ],
  [
    "of the context",
    `r2 = *(u32 *)(r1 +0)\nr2 &= 7\nr1 += r2${DONE}`,
    `R1 has pointer with unsupported alu operation, ${MASKED}`,
  ],
  [
    "from the far end of the stack",
    `r2 = *(u32 *)(r1 +0)\nr2 &= 7\nr3 = r10\nr3 += -512\nr3 += r2${DONE}`,
    `R3 tried to add beyond pointer bounds, ${MASKED}`,
  ],
  [
    "in the stack by a number that varies",
    `r2 = *(u32 *)(r1 +0)\nr2 &= 7\nr3 = r10\nr3 += -16\nr3 += r2${DONE}`,
    "R3 variable stack access prohibited for !root, var_off=(0x0; 0x7) off=-16",
  ],
  [
    "out of the stack",
    `r3 = r10\nr3 += 8${DONE}`,
    "R3 stack pointer arithmetic goes out of range, prohibited for !root; off=8",
  ],
  [
    "out of a map's value",
    `${value("small")}\nr0 += 16${DONE}`,
    "R0 pointer arithmetic of map value goes out of range, prohibited for !root",
  ],
  [
    "into different maps",
    `r6 = r1
      *(u32 *)(r10 -4) = 0
      r2 = r10
      r2 += -4
      r3 = *(u32 *)(r6 +0)
      if r3 == 0 goto pc+3
      r1 = map small
      goto pc+2
      r1 = map large
      call bpf_map_lookup_elem
      if r0 == 0 goto pc+3
      r1 = *(u32 *)(r6 +0)
      r1 &= 7
      r0 += r1${DONE}`,
    "",
  ],
  [
    "of a pointer here, of a number there",
    `${value("large")}${upTo(7)}
      r3 = *(u32 *)(r6 +4)
      if r3 == 0 goto pc+1
      r0 = 1
      r0 += r1${DONE}`,
    `R0 tried to add from different maps, paths or scalars, ${MASKED}`,
  ],
] as const

describe("without CAP_PERFMON, a pointer is moved", () => {
  test.each(MOVES)("%s", (_, code, message) => {
    for (const loader of [NOBODY, ["CAP_BPF"]] as const)
      expect(verify(code, loader).message, loader.join()).toBe(message)
    expect(verify(code, ["CAP_BPF", "CAP_PERFMON"]).message).not.toContain("!root")
    const { explanation } = verify(code, NOBODY)
    expect(explanation?.rule).toBe(message === "" ? undefined : "speculation")
    if (message) expect(explanation).toMatchObject({ fix: expect.stringContaining("CAP_PERFMON") })
  })
})

describe("ahead of time", () => {
  const BOTH = ["CAP_BPF", "CAP_PERFMON"] as const

  test("a processor may take the other way of a known jump, with any value", () => {
    const code = "r1 = 0\nif r1 == 0 goto pc+1\nr0 = *(u64 *)(r1 +0)\nr0 = 0\nexit"
    expect(verify(code, BOTH)).toMatchObject({ verdict: "accept", stats: { processed: 4 } })
    const { message, instruction, explanation } = verify(code, NOBODY)
    expect([message, instruction]).toEqual(["R1 invalid mem access 'scalar'", 2])
    expect(explanation!.known).toContain("no execution gets here")
  })

  test("a mask may keep a pointer where it was", () => {
    const code = `${value("large")}${upTo(31)}\nr1 += 8\nr0 += r1\nr0 += -8${DONE}`
    expect(verify(code, BOTH).verdict).toBe("accept")
    expect(verify(code, NOBODY).message).toBe(
      "R0 pointer arithmetic of map value goes out of range, prohibited for !root",
    )
  })

  test("the log tells such ways from others", () => {
    const code = "r1 = 0\nif r1 == 0 goto pc+1\nr2 = 1\nr0 = 0\nexit"
    const { log } = verifyProgram(programOf(code, kernel, { type: "socket_filter" }), kernel, {
      capabilities: new Set(),
      logLevel: 2,
    })
    expect(log).toContain("from 1 to 2 (speculative execution): R1_w=Pscalar() R10=fp0")
  })
})

test("a tail call that meets several masked maps is refused", () => {
  const jumps = (name: string, masked: boolean) => ({
    ...plainMap(name, MAP_TYPE.PROG_ARRAY, 4, { maxEntries: 4 }),
    masked,
  })
  const code = `
    r3 = *(u32 *)(r1 +0)
    if r3 == 0 goto pc+3
    r2 = map one
    goto pc+2
    r2 = map two
    r3 = 0
    call bpf_tail_call
    r0 = 0
    exit`
  const given = (masked: boolean) => ({ one: jumps("one", masked), two: jumps("two", masked) })
  expect(verify(code, NOBODY, given(true)).message).toBe("tail_call abusing map_ptr")
  expect(verify(code, NOBODY, given(false)).verdict).toBe("accept")
})
