import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { createColors } from "picocolors"
import { describe, expect, test } from "vitest"
import { SkepError } from "../../base/index.ts"
import { BtfBuilder, readBtf, type TypeId } from "../../btf/index.ts"
import type { Io } from "../io.ts"
import { loadNoun } from "../objects/noun-command.ts"
import { runCommandLine } from "../program.ts"

const fixtures = fileURLToPath(new URL("../../btf/fixtures/", import.meta.url))

const base = new Uint8Array(readFileSync(`${fixtures}types.bpfel.btf`))

/** Split BTF with one pointer to type 1 of its base. */
function moduleBtf(): Uint8Array {
  const builder = new BtfBuilder({ base: readBtf(base) })
  builder.add({ kind: "ptr", name: "", type: 1 as TypeId })
  builder.add({ kind: "fwd", name: "only_here", aggregate: "struct" })
  return builder.build()
}

const FILES: Readonly<Record<string, () => Uint8Array>> = {
  "types.o": () => readFileSync(`${fixtures}types.bpfel.o`),
  "types.btf": () => base,
  "module.btf": moduleBtf,
  "/sys/kernel/btf/vmlinux": () => base,
  "/sys/kernel/btf/module": moduleBtf,
  "text.o": () => new TextEncoder().encode("this is no object"),
  "broken.o": () => readFileSync(`${fixtures}types.bpfel.o`).subarray(0, 100),
}

async function skep(...args: string[]) {
  let out = ""
  let err = ""
  const io: Io = {
    out: text => {
      out += text
    },
    err: text => {
      err += text
    },
    style: createColors(false),
    async readFile(path) {
      const file = FILES[path]
      if (!file) throw new SkepError(`${path}: No such file or directory (ENOENT)`, { errno: "ENOENT" })
      return file()
    },
  }
  const entries = { btf: { summary: "dump type information", load: () => loadNoun("btf") } }
  const status = await runCommandLine(["btf", ...args], entries, "0.0.0", io)
  return { status, out, err }
}

function golden(ending: string): string {
  return readFileSync(`${fixtures}types.golden.${ending}`, "utf8")
}

describe("skep btf dump", () => {
  test.each([
    ["an object", ["types.o"], "txt"],
    ["raw BTF", ["types.btf", "format", "raw"], "txt"],
    ["JSON", ["types.o", "--json"], "json"],
    ["JSON, in short", ["types.o", "-j"], "json"],
    ["C", ["types.o", "format", "c"], "h"],
  ])("prints %s", async (_name, args, ending) => {
    const { status, out, err } = await skep("dump", "file", ...args)
    expect([status, err]).toEqual([0, ""])
    expect(out).toBe(golden(ending))
  })

  test("prints the types that are asked for", async () => {
    const { out } = await skep("dump", "file", "types.o", "root_id", "2", "root_id", "1")
    expect(out.match(/^\[\d+\]/gm)).toEqual(["[2]", "[1]"])
  })

  test("reads split BTF with its base, which it finds by itself for modules in sysfs", async () => {
    const given = await skep("dump", "file", "module.btf", "--base", "types.o")
    expect(given.out).toMatch(/^\[128\] PTR '\(anon\)' type_id=1\n\[129\] FWD 'only_here' fwd_kind=struct\n$/)
    const found = await skep("dump", "file", "/sys/kernel/btf/module")
    expect(found.out).toBe(given.out)
  })

  test.each([
    [
      "an unknown format",
      ["file", "types.o", "format", "x"],
      "unrecognized format specifier: 'x', possible values: raw, c",
    ],
    ["a format without value", ["file", "types.o", "format"], "expecting value for 'format' option"],
    ["an unknown word", ["file", "types.o", "colour"], "unrecognized option: 'colour'"],
    ["another source", ["device", "5"], "unrecognized BTF source specifier: 'device'"],
    ["a type id that is no number", ["file", "types.o", "root_id", "x"], "can't parse 'x' as root_id"],
    ["C as JSON", ["file", "types.o", "format", "c", "-j"], "JSON output for C-syntax dump is not supported"],
    ["no file", ["file"], "expected a file, but the command ends there"],
  ])("%s is wrong usage", async (_name, args, message) => {
    const { status, err, out } = await skep("dump", ...args)
    expect(status).toBe(2)
    expect(args.includes("-j") ? out : err).toContain(message)
  })

  test.each([
    ["a missing file", ["nope.o"], "nope.o: No such file or directory (ENOENT)"],
    ["a file that is neither ELF nor BTF", ["text.o"], "text.o: magic 0x6874 is not BTF's 0xeb9f"],
    ["a cut-off object", ["broken.o"], ""],
    [
      "a type id that is not there",
      ["types.o", "root_id", "500"],
      "types.o: invalid root ID 500, there are 1 to 127",
    ],
    ["split BTF without its base", ["module.btf"], "must be read with its base"],
  ])("%s fails", async (_name, args, message) => {
    const { status, err } = await skep("dump", "file", ...args)
    expect(status).toBe(1)
    expect(err).toContain(message)
    expect(err).not.toContain("bug")
  })

  test("explains itself", async () => {
    const { status, out } = await skep("dump", "--help")
    expect(status).toBe(0)
    expect(out).toContain("Usage: skep btf dump SOURCE [format FORMAT] [root_id N]...")
  })
})
