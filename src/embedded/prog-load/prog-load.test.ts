import { describe, expect, test } from "vitest"
import { assemble } from "../../isa/index.ts"
import { objectOfProgram } from "../../object/index.ts"
import { loadBuiltinProfile } from "../../profile/node.ts"
import { programFromObject, type VerifierProgram } from "../../verifier/index.ts"
import { EmbeddedKernel } from "../embedded-kernel.ts"
import { intoBuffer, isLogValid } from "./log-buffer.ts"
import { type LoadAttributes, progLoad } from "./prog-load.ts"

const kernel = new EmbeddedKernel(await loadBuiltinProfile("6.12"))

function programOf(code: string): VerifierProgram {
  const object = objectOfProgram({ type: "xdp", instructions: assemble(code) })
  return programFromObject(object, object.programs[0]!, new Map(), kernel.verifierKernel)!
}

function attributes(code: string, log = { level: 0, size: 0 }): LoadAttributes {
  return {
    program: programOf(code),
    expectedAttachType: undefined,
    capabilities: new Set(["CAP_SYS_ADMIN"]),
    log,
    verify: true,
  }
}

const GOOD = "r0 = 2\nexit"
const BAD = "r0 = r2\nexit"
const EINVAL = 22
const EACCES = 13
const ENOSPC = 28

describe("the log of a load", () => {
  test.each([
    [1, /^0: R1=ctx\(\) R10=fp0\n0: \(b7\) r0 = 2 +; R0_w=2\n1: \(95\) exit\nprocessed 2 insns/],
    [2, /^func#0 @0\n0: R1=ctx\(\) R10=fp0\n/],
    [4, /^stack depth 0\nprocessed 2 insns \(limit 1000000\)/],
    [6, /^func#0 @0\n(.*\n)*stack depth 0\nprocessed 2 insns/],
  ])("at level %d", (level, text) => {
    const { errno, log, verifiedInstructions } = progLoad(attributes(GOOD, { level, size: 4096 }), kernel)
    expect([errno, verifiedInstructions]).toEqual([0, 2])
    expect(log).toMatch(text)
  })

  test("is not written without a buffer, and changes nothing of the answer", () => {
    expect(progLoad(attributes(BAD), kernel)).toMatchObject({ errno: EACCES, log: "" })
    expect(progLoad(attributes(BAD, { level: 1, size: 4096 }), kernel)).toMatchObject({
      errno: EACCES,
      log: expect.stringContaining("R2 !read_ok\n"),
    })
  })

  test("that has no room fails with ENOSPC, whatever the verdict; its end is kept", () => {
    for (const code of [GOOD, BAD]) {
      const whole = progLoad(attributes(code, { level: 1, size: 4096 }), kernel).log
      const { errno, log } = progLoad(attributes(code, { level: 1, size: 128 }), kernel)
      expect([errno, log]).toEqual([ENOSPC, whole.slice(-127)])
      expect(progLoad(attributes(code, { level: 1, size: whole.length + 1 }), kernel).log).toBe(whole)
      expect(progLoad(attributes(code, { level: 1, size: whole.length }), kernel).errno).toBe(ENOSPC)
    }
  })

  test("with attributes that make no sense fails with EINVAL", () => {
    expect(progLoad(attributes(GOOD, { level: 16, size: 4096 }), kernel).errno).toBe(EINVAL)
  })
})

// As bpf_verifier_log_attr_valid has it before and since the rotating log of 6.4.
test.each([
  [0, 0, true, true],
  [1, 4096, true, true],
  [7, 128, true, true],
  [1, 127, false, true],
  [1, 0, false, true],
  [0, 4096, false, false],
  [8, 4096, false, true],
  [9, 4096, false, true],
  [16, 4096, false, false],
  [1, 0x4000_0000, false, false],
])("level %d with %d bytes: 6.1 %s, 6.12 %s", (level, size, old, now) => {
  expect([isLogValid({ level, size }, "6.1"), isLogValid({ level, size }, "6.12")]).toEqual([old, now])
})

test("older kernels keep the beginning of a log, newer ones when they are told to", () => {
  expect(intoBuffer("abcdef", { level: 1, size: 4 }, "6.1")).toEqual({ log: "abc", isFull: true })
  expect(intoBuffer("abcdef", { level: 1, size: 4 }, "6.12")).toEqual({ log: "def", isFull: true })
  expect(intoBuffer("abcdef", { level: 9, size: 4 }, "6.12")).toEqual({ log: "abc", isFull: true })
  expect(intoBuffer("abcdef", { level: 1, size: 7 }, "6.1")).toEqual({ log: "abcdef", isFull: true })
  expect(intoBuffer("abcdef", { level: 1, size: 7 }, "6.12")).toEqual({ log: "abcdef", isFull: false })
})
