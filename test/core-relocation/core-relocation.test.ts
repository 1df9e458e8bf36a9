import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { RelocationError, toHex } from "../../src/base/index.ts"
import { CoreResolver, readBtf } from "../../src/btf/index.ts"
import { encodeInstructions } from "../../src/isa/index.ts"
import { applyCore, type CoreProblem, readObject } from "../../src/object/index.ts"

/** What one libbpf answered to every case (ask-libbpf.mjs): instructions by program, or the reason of its refusal. */
interface Golden {
  readonly libbpf: string
  readonly cases: Readonly<Record<string, Answer>>
}

interface Answer {
  readonly programs?: Readonly<Record<string, string>>
  readonly error?: string
}

const file = (name: string) => new URL(name, import.meta.url)
const golden = (version: string): Golden =>
  JSON.parse(readFileSync(file(`golden/libbpf-${version}.json`), "utf8"))

const newest = golden("1.8")
const older = [golden("1.5"), golden("1.1")]
const names = readdirSync(file("objects"))
  .filter(name => name.endsWith(".bpf.o"))
  .map(name => name.slice(0, -".bpf.o".length))

/** Where older versions of libbpf answer differently; the cases say why. */
const OLDER_DIFFER: Readonly<Record<string, readonly string[]>> = {
  "1.5": ["array-two-dimensional", "array-whole-load", "damaged-instruction-jump-absent"],
  "1.1": ["array-two-dimensional", "array-whole-load"],
}

interface Answered extends Answer {
  readonly problems: readonly CoreProblem[]
}

function answer(name: string): Answered {
  const bytes = readFileSync(file(`objects/${name}.bpf.o`))
  const object = readObject(bytes, { name: `${name}.bpf.o` })
  const target = readBtf(readFileSync(file(`objects/${name}.target.btf`)), { label: "target" })
  const resolver = new CoreResolver(object.btf!, target)
  const problems: CoreProblem[] = []
  try {
    const programs: Record<string, string> = {}
    for (const program of object.programs.filter(each => each.autoload)) {
      const applied = applyCore(program, object, target, resolver)
      programs[program.name] = toHex(encodeInstructions(applied.instructions, true))
      problems.push(...applied.problems)
    }
    return { programs, problems }
  } catch (error) {
    if (!(error instanceof RelocationError)) throw error
    return { error: error.message, problems }
  }
}

describe(`CO-RE relocations of ${names.length} objects are what libbpf ${newest.libbpf} makes of them`, () => {
  test("there are answers for exactly these objects", () => {
    expect(Object.keys(newest.cases).toSorted()).toEqual(names.toSorted())
    expect(names.length).toBeGreaterThan(100)
  })

  test.each(names)("%s", name => {
    const theirs = newest.cases[name]!
    const ours = answer(name)
    if (theirs.error === undefined) expect(ours).toMatchObject({ programs: theirs.programs })
    else expect(ours.error, `libbpf: ${theirs.error}`).toBeTypeOf("string")
  })
})

describe.each(older)("libbpf $libbpf", ({ libbpf, cases }) => {
  test("answers the same, but for what has changed since", () => {
    const differing = names.filter(name => {
      const [before, now] = [cases[name], newest.cases[name]!]
      return before?.error === undefined || now.error === undefined
        ? JSON.stringify(before) !== JSON.stringify(now)
        : false
    })
    expect(differing.toSorted()).toEqual(OLDER_DIFFER[libbpf])
  })
})

describe("poisoned instructions", () => {
  test("carry the relocation in libbpf's words and the reason", () => {
    expect(answer("field-absent").problems[0]).toEqual({
      at: expect.any(Number),
      relocation: expect.stringMatching(/^<byte_off> \[\d+\] struct thing\.gone \(0:1 @ offset 8\)$/),
      reason: expect.stringContaining("the target's thing has no match"),
    })
    expect(answer("struct-absent").problems[0]!.reason).toContain("the target has no struct nowhere")
    expect(answer("value-absent").problems[0]!.relocation).toMatch(
      /^<enumval_value> \[\d+\] enum level::GONE = 1$/,
    )
    expect(answer("load-signed-resized").problems[0]!.reason).toContain("8 bytes in the target and 4")
  })
})

describe("refusals say what contradicts what", () => {
  test.each([
    ["candidates-contradict-offset", /bit 64, but bit 32 in target type \[\d+\] thing___two/],
    ["candidates-contradict-size", /contradict each other: 4, but 2 in target/],
    ["damaged-held-immediate", /the instruction holds 99, the program's own types say 1/],
    ["damaged-access-past-members", /goes astray at index 7 \(step 1\): struct thing has 2 members/],
    ["damaged-access-text", /access "0:x" is not a list of indexes/],
    ["damaged-access-into-integer", /has neither members nor elements/],
    ["load-too-far", /offset 32768 exceeds/],
    ["bitfield-too-wide", /60 bits at bit 6 does not fit into one load/],
    ["type-anonymous", /only types with a name/],
    ["match-too-deep", /deeper than 32/],
  ])("%s", (name, message) => {
    expect(answer(name).error).toMatch(message)
  })
})
