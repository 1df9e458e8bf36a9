import { SkepError, toHex, UsageError } from "../../base/index.ts"
import type { KernelObjects, ProgramFacts } from "../../kernel/index.ts"
import { writeHostFile } from "../objects/host-file.ts"
import type { JsonWriter } from "../objects/json-writer.ts"
import type { Verb, VerbContext } from "../objects/noun.ts"
import { selectPrograms } from "../objects/selectors.ts"
import type { Words } from "../objects/words.ts"
import { type ListedCode, listCode } from "./listing.ts"
import { programHeaderJson, programHeaderPlain } from "./show.ts"

export const dump: Verb = {
  names: ["dump"],
  words: "{ xlated | jited } PROG [file FILE | opcodes | linum]",
  summary: "print a program's code as the verifier left it, or write its bytes to a file",
  async run(words, context) {
    const what = words.take("jited", "xlated")
    if (what === undefined)
      throw new UsageError(`expected 'xlated' or 'jited', got: ${words.peek() ?? "nothing"}`)
    const kernel = await context.objects()
    const programs = selectPrograms(words, kernel)
    const options = readOptions(words)
    if (programs.length === 0) throw new SkepError("no such program (ENOENT)", { errno: "ENOENT" })
    if (options.file !== undefined) writeCode(programs, what, options.file, kernel, context)
    else if (what === "jited") throw noDisassembler()
    else printCode(programs, options, kernel, context)
  },
}

interface DumpOptions {
  readonly file: string | undefined
  readonly opcodes: boolean
  readonly linum: boolean
}

function readOptions(words: Words): DumpOptions {
  let [file, opcodes, linum]: [string | undefined, boolean, boolean] = [undefined, false, false]
  while (!words.isEmpty) {
    switch (words.take("file", "opcodes", "visual", "linum")) {
      case "file":
        file = words.next("expected file path")
        break
      case "opcodes":
        opcodes = true
        break
      case "linum":
        linum = true
        break
      case "visual":
        throw new UsageError("'visual' is not supported: control flow is not drawn")
      default:
        throw new UsageError(`unknown argument '${words.peek()}'`)
    }
  }
  if (file !== undefined && (opcodes || linum))
    throw new UsageError("'file' is not compatible with 'opcodes', 'visual', or 'linum'")
  return { file, opcodes, linum }
}

function noDisassembler(): SkepError {
  return new SkepError("machine code is not disassembled", {
    hint: "add `file FILE` for its bytes, and give those to objdump -D -b binary -m i386:x86-64",
  })
}

function writeCode(
  programs: readonly ProgramFacts[],
  what: string,
  file: string,
  kernel: KernelObjects,
  { io, json }: VerbContext,
): void {
  if (programs.length > 1) throw new UsageError("several programs matched")
  const { bytes, machineCode } = kernel.code(programs[0]!.id)
  const code = what === "jited" ? machineCode : bytes
  if (code.length === 0) throw noInstructions(what)
  writeHostFile(io, file, code, 0o600)
  json?.null()
}

function noInstructions(what: string): SkepError {
  return new SkepError(
    what === "jited" ? "no instructions returned" : "error retrieving insn dump: kernel.kptr_restrict set?",
  )
}

function printCode(
  programs: readonly ProgramFacts[],
  options: DumpOptions,
  kernel: KernelObjects,
  { json, out }: VerbContext,
): void {
  const several = programs.length > 1
  const listings = programs.map(program => {
    const code = kernel.code(program.id)
    if (code.bytes.length === 0) throw noInstructions("xlated")
    return { program, listed: listCode(program, code, kernel) }
  })
  if (!json) {
    const blocks = listings.map(
      ({ program, listed }) =>
        `${several ? programHeaderPlain(program) : ""}${listingPlain(listed, options)}`,
    )
    out(blocks.join("\n"))
    return
  }
  const write = (): void => {
    for (const { program, listed } of listings)
      if (!several) listingJson(listed, options, json)
      else
        json.object(() => {
          programHeaderJson(program, json)
          json.name("insns")
          listingJson(listed, options, json)
        })
  }
  if (several) json.array(write)
  else write()
}

export function listingPlain(listed: readonly ListedCode[], { opcodes, linum }: DumpOptions): string {
  return listed
    .map(({ slot, text, signature, line, bytes }) => {
      const place = line && linum ? ` [file:${line.file} line_num:${line.line} line_col:${line.column}]` : ""
      return [
        signature === undefined ? "" : `${signature}:\n`,
        line ? `; ${line.text}${place}\n` : "",
        // C's "% 4d": a column for the sign that no slot has.
        `${` ${slot}`.padStart(4)}: ${text}\n`,
        opcodes ? `       ${toHex(bytes, " ")}\n` : "",
      ].join("")
    })
    .join("")
}

export function listingJson(
  listed: readonly ListedCode[],
  { opcodes, linum }: DumpOptions,
  json: JsonWriter,
): void {
  json.array(() => {
    for (const { text, signature, line, bytes } of listed)
      json.object(() => {
        if (signature !== undefined) json.field("proto", signature)
        if (line) {
          json.field("src", line.text)
          if (linum) {
            json.field("file", line.file)
            if (line.line !== 0) json.field("line_num", line.line)
            if (line.column !== 0) json.field("line_col", line.column)
          }
        }
        json.field("disasm", text)
        if (opcodes) opcodesJson(bytes, json)
      })
  })
}

function opcodesJson(bytes: Uint8Array, json: JsonWriter): void {
  const [code = 0, registers = 0] = bytes
  json.objectField("opcodes", () => {
    json.field("code", `0x${code.toString(16).padStart(2, "0")}`)
    json.field("src_reg", `0x${(registers >> 4).toString(16)}`)
    json.field("dst_reg", `0x${(registers & 0xf).toString(16)}`)
    json.name("off")
    json.bytes(bytes.subarray(2, 4))
    json.name("imm")
    json.bytes(bytes.subarray(4))
  })
}
