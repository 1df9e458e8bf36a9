import type { Io } from "../io.ts"
import type { ListedFunction, ListedInstruction, Listing } from "./listing.ts"

export interface ListingTextOptions {
  /** With source lines, as the verifier log has them. */
  readonly source: boolean
  readonly bytes: boolean
}

/**
 * A program's listing: what it is, then each function under its label, slots numbered over the whole program.
 * Everything but the code itself is a comment.
 */
export function toText(listing: Listing, options: ListingTextOptions, style: Io["style"]): string {
  const { name, section, programType, length, problem } = listing
  const type = programType === undefined ? "of unknown type" : programType
  const lines = [style.bold(`; program ${name}: SEC("${section}"), ${type}, ${length} slots`)]
  if (problem !== undefined) lines.push(style.red(`; cannot be loaded: ${problem}`))
  for (const part of listing.functions) lines.push(...functionLines(part, options, style))
  return `${lines.join("\n")}\n`
}

function functionLines(
  { name, instructions }: ListedFunction,
  options: ListingTextOptions,
  style: Io["style"],
): string[] {
  const lines = [style.bold(`${name}:`)]
  for (const instruction of instructions) {
    const { source } = instruction
    if (options.source && source !== undefined) {
      lines.push(style.cyan(`; ${source.text} @ ${baseName(source.file)}:${source.line}`))
    }
    lines.push(...instructionLines(instruction, options, style))
  }
  return lines
}

function instructionLines(
  { slot, text, bytes, core }: ListedInstruction,
  options: ListingTextOptions,
  style: Io["style"],
): string[] {
  const number = (at: number) => `${String(at).padStart(4)}: `
  const comment = core === undefined ? "" : style.dim(`  ; CO-RE ${core.kind} ${core.what}`)
  if (!options.bytes) return [`${number(slot)}${text}${comment}`]
  const [first, second] = bytes
  const lines = [`${number(slot)}${style.dim(first!)}  ${text}${comment}`]
  if (second !== undefined) lines.push(`${number(slot + 1)}${style.dim(second)}`)
  return lines
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1)
}
