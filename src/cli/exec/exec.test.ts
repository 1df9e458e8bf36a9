import picocolors from "picocolors"
import { describe, expect, test } from "vitest"
import { assemble, encodeInstructions } from "../../isa/index.ts"
import { main } from "../main.ts"

async function exec(program: string | Uint8Array, ...args: string[]): Promise<[number, string, string]> {
  let [out, err] = ["", ""]
  const status = await main(["exec", ...args], {
    out: text => {
      out += text
    },
    err: text => {
      err += text
    },
    style: picocolors.createColors(false),
    readFile: async () => (typeof program === "string" ? new TextEncoder().encode(program) : program),
  })
  return [status, out, err]
}

function hex(text: string): string {
  return Buffer.from(encodeInstructions(assemble(text), true)).toString("hex")
}

describe.each(["wasm", "interpreter"])("skep exec --engine %s", engine => {
  const run = (program: string | Uint8Array, ...args: string[]) => exec(program, ...args, "--engine", engine)

  test("prints r0; r1 and r2 are the memory and its length", async () => {
    const program = hex("r0 = *(u16 *)(r1 +1)\nr0 <<= 8\nr0 += r2\nexit")
    expect(await run(program, "01 23 45 67")).toEqual([0, "452304\n", ""])
    expect(await run(hex("r0 = -1\nexit"))).toEqual([0, "ffffffffffffffff\n", ""])
  })

  test("takes bytes with spaces and line breaks between them", async () => {
    expect(await run("b7 00 00 00 2a 00 00 00\n95 00 00 00 00 00 00 00\n")).toEqual([0, "2a\n", ""])
  })

  test("helper 5 gives its first argument back, others are not there", async () => {
    expect(await run(hex("r1 = 7\ncall 5\nexit"))).toEqual([0, "7\n", ""])
    const [status, out, err] = await run(hex("call 6\nexit"))
    expect([status, out]).toEqual([1, ""])
    expect(err).toContain("helper 6 is not there")
  })

  test("stops wild programs with the instruction and the address", async () => {
    const [status, , err] = await run(hex("r0 = -16\nr0 = *(u64 *)(r0 +0)\nexit"))
    expect(status).toBe(1)
    expect(err).toMatch(
      /instruction 1: \(79\) r0 = \*\(u64 \*\)\(r0 \+0\): load of 8 bytes .* at address 0xfffffffffffffff0/,
    )
  })

  test("refuses instructions that are newer than --cpu", async () => {
    const program = hex("r0 = 1\nif r0 < 2 goto pc+0\nexit")
    expect((await run(program, "--cpu", "v2"))[0]).toBe(0)
    expect((await run(program, "--cpu", "v1"))[2]).toBe(
      "skep: instruction 1: (a5) if r0 < 0x2 goto pc+0: it came with v2 (EINVAL)\n  hint: say --cpu v2\n",
    )
  })
})

test.each([
  ["b7", "the program: 1 bytes are no whole number of instructions of 8", []],
  ["xy", "the program: 'x' is no hexadecimal digit", []],
  ["b70", "the program: 3 digits make no whole bytes", []],
  ["", "the program: 0 bytes are no whole number of instructions of 8", []],
  ["95", "the memory: 'z' is no hexadecimal digit", ["zz"]],
  ["95", "--engine is wasm or interpreter, not 'jit'", ["--engine", "jit"]],
  ["95", "--cpu is v1, v2, v3 or v4, not 'v5'", ["--cpu", "v5"]],
])("%j is refused: %s", async (program, message, args) => {
  const [status, out, err] = await exec(program, ...args)
  expect([status, out]).toEqual([2, ""])
  expect(err).toContain(message)
})
