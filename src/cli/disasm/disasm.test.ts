import { readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import picocolors from "picocolors"
import { describe, expect, test } from "vitest"
import { SkepError } from "../../base/index.ts"
import { assemble } from "../../isa/index.ts"
import { readObject } from "../../object/index.ts"
import type { Io } from "../io.ts"
import { main } from "../main.ts"
import { type DisasmOptions, runDisasm } from "./run-disasm.ts"

const OBJECT = "listing.bpf.o"
const fixture = fileURLToPath(new URL(`./fixtures/${OBJECT}`, import.meta.url))

interface Captured extends Io {
  readonly text: { out: string; err: string }
}

function captureIo(colour = false): Captured {
  const text = { out: "", err: "" }
  return {
    text,
    out: part => {
      text.out += part
    },
    err: part => {
      text.err += part
    },
    style: picocolors.createColors(colour),
    readFile: () => readFile(fixture),
  }
}

async function disasm(options: Partial<DisasmOptions> = {}, colour = false): Promise<string> {
  const io = captureIo(colour)
  await runDisasm({ object: OBJECT, source: true, bytes: false, format: "text", ...options }, io)
  return io.text.out
}

describe("skep disasm", () => {
  test("lists programs with source, names and CO-RE records", async () => {
    await expect(await disasm()).toMatchFileSnapshot("./golden/listing.txt")
  })

  test("--program lists one, --bytes adds the slots, --no-source leaves the lines out", async () => {
    const text = await disasm({ program: "pass", bytes: true, source: false })
    expect(text.split("\n")).toEqual([
      '; program pass: SEC("?xdp"), xdp, 2 slots',
      "pass:",
      "   0: b4 00 00 00 02 00 00 00  (b4) w0 = 2",
      "   1: 95 00 00 00 00 00 00 00  (95) exit",
      "",
    ])
  })

  test("both slots of a 64-bit load have their bytes", async () => {
    const text = await disasm({ program: "on_exec", bytes: true })
    expect(text).toMatch(/^ +(\d+): 18 11( 00){6} {2}\(18\) r1 = map\[counts\]\n +\d+:( 00){8}$/m)
  })

  test("the text assembles to the object's instructions, references apart", async () => {
    const object = readObject(await readFile(fixture))
    const text = await disasm({ program: "on_exec" })
    const resolved = text.replace(/(map|kconfig)\[[a-zA-Z.]\w+(\.\w+)?\](\[0\])?(\+\d+)?/g, "map[fd:0]")
    const instructions = assemble(resolved)
    expect(instructions).toHaveLength(object.programs[0]!.instructions.length)
    expect(instructions.map(({ opcode, dst, off }) => ({ opcode, dst, off }))).toEqual(
      object.programs[0]!.instructions.map(({ opcode, dst, off }) => ({ opcode, dst, off })),
    )
  })

  test("--json has the same rows", async () => {
    const json = JSON.parse(await disasm({ format: "json" })) as {
      programs: { name: string; functions: { name: string; instructions: Record<string, unknown>[] }[] }[]
    }
    expect(json.programs.map(({ name, functions }) => [name, functions.map(part => part.name)])).toEqual([
      ["on_exec", ["on_exec", "add", "scale"]],
      ["pass", ["pass"]],
    ])
    expect(json.programs[1]!.functions[0]!.instructions[0]).toEqual({
      slot: 0,
      text: "(b4) w0 = 2",
      bytes: ["b4 00 00 00 02 00 00 00"],
      source: {
        file: expect.stringMatching(/listing\.bpf\.c$/),
        line: expect.any(Number),
        text: "return 2;",
      },
    })
    const rows = json.programs[0]!.functions.flatMap(part => part.instructions)
    expect(rows).toContainEqual(
      expect.objectContaining({ reference: expect.objectContaining({ map: "counts" }) }),
    )
    expect(rows).toContainEqual(
      expect.objectContaining({ core: { kind: "field_byte_offset", what: "struct task_struct.mm" } }),
    )
  })

  test("colours mark what is not code", async () => {
    expect(await disasm({ program: "pass" }, true)).toContain("\x1b[36m; return 2; @ listing.bpf.c:")
  })

  test("an unknown program is refused with the names there are", async () => {
    const refused = disasm({ program: "on_exex" })
    await expect(refused).rejects.toBeInstanceOf(SkepError)
    await expect(refused).rejects.toMatchObject({
      message: "listing.bpf.o: no program 'on_exex': it has on_exec, pass",
      hint: "did you mean on_exec?",
    })
  })
})

describe("the command line", () => {
  test("passes its options on", async () => {
    const io = captureIo()
    expect(await main(["disasm", OBJECT, "--program", "pass", "--no-source", "--bytes"], io)).toBe(0)
    expect(io.text.out).toContain("   0: b4 00 00 00 02 00 00 00  (b4) w0 = 2\n")
    expect(io.text.out).not.toContain("return 2;")
  })

  test("ends with 1 and a hint for an unknown program", async () => {
    const io = captureIo()
    expect(await main(["disasm", OBJECT, "--program", "on_exek"], io)).toBe(1)
    expect(io.text.err).toBe(
      "skep: listing.bpf.o: no program 'on_exek': it has on_exec, pass\n  hint: did you mean on_exec?\n",
    )
  })

  test("ends with 2 without an object", async () => {
    const io = captureIo()
    expect(await main(["disasm"], io)).toBe(2)
    expect(io.text.err).toContain("missing required argument")
  })

  test("--help explains the options", async () => {
    const io = captureIo()
    expect(await main(["disasm", "--help"], io)).toBe(0)
    for (const option of ["--program <name>", "--no-source", "--bytes", "--json"])
      expect(io.text.out).toContain(option)
  })
})

test("--wasm shows what the embedded kernel runs", async () => {
  const out = await disasm({ format: "wasm" })
  expect(out).toMatch(/^; program \w+\nfunc \$f0 \(param i32( i64)*\) \(result i64\)\n/)
  expect(out).toContain("    call $call\n".trimStart())
  expect(out).toContain("i64.store offset=")
  // A function of the optimising tier stands beside the quick one's, for when its conditions do not hold.
  const optimised = await disasm({ format: "wasm", tier: "optimising" })
  expect(optimised.match(/^func/gm)!.length).toBeGreaterThan(out.match(/^func/gm)!.length)
})
