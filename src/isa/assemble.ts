import { AssemblyError } from "../base/index.ts"
import { encodeOperation } from "./encode-operation.ts"
import { catalogHelperNames, type HelperNames } from "./helper-names.ts"
import type { Instruction } from "./instruction.ts"
import { parseInstruction } from "./parse-instruction.ts"
import type { Target } from "./parse-operands.ts"
import type { ParsedInstruction } from "./parsed-instruction.ts"
import { AssemblySyntaxError, TextCursor } from "./text-cursor.ts"

export interface AssembleOptions {
  /** Names of helpers; by default the catalogue's. */
  readonly helpers?: HelperNames
}

/**
 * Assembles the kernel's own text form, one instruction a line: what `formatInstruction` prints, verifier logs
 * (`12: (bf) r6 = r1   ; R6_w=ctx()`) and hand-written code. The slot number and the opcode in brackets may be
 * missing; when the opcode stands there it must be the instruction's. Comments run from `;` or `//` to the end of
 * the line. `name:` defines a label; `goto name`, `if … goto name`, `call name` and `subprog[name]` use it.
 *
 * As in the kernel's text, `r1 = 5` is a move and `r1 = 0x5` a two-slot 64-bit load, and constants compared in
 * `if` are hexadecimal 32-bit patterns (0xffffffff is -1).
 * Throws AssemblySyntaxError with line and column, or AssemblyError.
 */
export function assemble(text: string, options: AssembleOptions = {}): Instruction[] {
  const lines = text.split("\n").map((line, index) => readLine(line, index + 1))
  const labels = collectLabelNames(lines)
  const context = {
    helpers: options.helpers ?? catalogHelperNames,
    isLabel: (name: string) => labels.has(name),
  }
  const pending: PendingInstruction[] = []
  let slot = 0
  for (const line of lines) {
    for (const label of line.labels) labels.set(label, slot)
    if (line.cursor.atEnd) {
      if (line.opcode !== undefined) line.cursor.fail("an instruction")
      continue
    }
    const { position } = line.cursor
    const parsed = parseInstruction(line.cursor, context)
    if (!line.cursor.atEnd) line.cursor.fail("the end of the instruction")
    pending.push({ line, position, parsed, slot })
    slot += parsed.slots
  }
  return pending.flatMap(instruction => encodePending(instruction, labels))
}

interface Line {
  readonly labels: readonly string[]
  /** The opcode in brackets, where one stands. */
  readonly opcode: number | undefined
  /** Stands before the instruction; its text ends where the comment starts. */
  readonly cursor: TextCursor
}

interface PendingInstruction {
  readonly line: Line
  readonly position: number
  readonly parsed: ParsedInstruction
  readonly slot: number
}

/** Comments, and the register state that a verifier log sometimes runs on with: `(0f) r0 += r1 5: R0_w=…`. */
const COMMENT = /(?:;|\/\/|(?<=\S) \d+: (?:frame\d+: )?R\d).*$/

function readLine(text: string, number: number): Line {
  const cursor = new TextCursor(text.replace(COMMENT, "").trimEnd(), number)
  cursor.match(/\d+:/y)
  const labels: string[] = []
  for (;;) {
    const label = cursor.match(/([A-Za-z_.$][\w.$]*)\s*:/y)
    if (label === undefined) break
    labels.push(label[1]!)
  }
  const opcode = cursor.match(/\(([0-9a-fA-F]{2})\)/y)
  return { labels, opcode: opcode && Number.parseInt(opcode[1]!, 16), cursor }
}

function collectLabelNames(lines: readonly Line[]): Map<string, number> {
  const labels = new Map<string, number>()
  lines.forEach(line => {
    for (const label of line.labels) {
      if (labels.has(label)) line.cursor.fail(`a new label: ${label} is defined above`, 0)
      labels.set(label, -1)
    }
  })
  return labels
}

function encodePending(pending: PendingInstruction, labels: ReadonlyMap<string, number>): Instruction[] {
  const { line, position, parsed, slot } = pending
  const resolve = (target: Target): number => {
    if (target.kind === "distance") return slot + 1 + target.slots
    return labels.get(target.name) ?? line.cursor.fail("a label of this text", target.position)
  }
  const encoded = encodeAt(parsed.operation(resolve), slot, line.cursor, position)
  const { opcode } = encoded[0]!
  if (line.opcode !== undefined && line.opcode !== opcode) {
    const hex = opcode.toString(16).padStart(2, "0")
    line.cursor.fail(`(${hex}), the opcode of this instruction`, line.cursor.text.lastIndexOf("(", position))
  }
  return encoded
}

function encodeAt(
  operation: Parameters<typeof encodeOperation>[0],
  slot: number,
  cursor: TextCursor,
  position: number,
): Instruction[] {
  try {
    return encodeOperation(operation, slot)
  } catch (error) {
    if (!(error instanceof AssemblyError)) throw error
    throw new AssemblySyntaxError(
      cursor.line,
      position + 1,
      "an instruction that can be encoded",
      error.message,
      error.hint,
    )
  }
}
