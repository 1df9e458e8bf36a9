import type { Io } from "../io.ts"
import type { Explanation, Fact, Table } from "./explanation.ts"

type Style = Io["style"]

const WIDTH = 110
const INDENT = "  "

export interface TextOptions {
  /** What else the name means. */
  readonly also: readonly string[]
  /** Whole lists where there is a short form too. */
  readonly all: boolean
  readonly style: Style
}

/** An explanation for people. */
export function explanationText(explanation: Explanation, { also, all, style }: TextOptions): string {
  const list = explanation.facts.map(each =>
    all || each.short === undefined ? each : { ...each, value: each.short },
  )
  const blocks = [
    heading(explanation, style),
    facts(
      list.filter(each => !each.last),
      style,
    ),
    ...explanation.tables.map(table => tableText(table, style)),
    facts(
      list.filter(each => each.last),
      style,
    ),
  ].filter(block => block !== "")
  if (also.length > 0) blocks.push(style.dim(`also: ${also.join(", ")}`))
  return `${blocks.join("\n\n")}\n`
}

function heading({ kind, name, abi, number, since, summary }: Explanation, style: Style): string {
  const place = number === undefined ? kind : `${kind} ${number}`
  const release = since === undefined ? "newer than 6.19" : `since ${since}`
  const names = abi === undefined || abi === name ? style.bold(name) : `${style.bold(name)} (${abi})`
  return `${names}: ${place}, ${release}\n${wrap(summary, INDENT).join("\n")}`
}

function facts(list: readonly Fact[], style: Style): string {
  const width = Math.max(0, ...list.map(each => each.label.length))
  const indent = INDENT + " ".repeat(width + 2)
  return list
    .map(({ label, value }) => {
      const text = typeof value === "string" ? value : value.join(", ")
      const [first = "", ...rest] = wrap(text, indent)
      return [`${INDENT}${style.cyan(label.padEnd(width))}  ${first.trimStart()}`, ...rest].join("\n")
    })
    .join("\n")
}

function tableText({ title, columns, rows }: Table, style: Style): string {
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...rows.map(row => row[index]?.length ?? 0)),
  )
  const line = (cells: readonly string[]): string =>
    `${INDENT}${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join("  ")}`.trimEnd()
  return [style.bold(style.cyan(title)), style.dim(line(columns)), ...rows.map(line)].join("\n")
}

/** Words in lines of at most WIDTH columns, each with the indent before it. */
export function wrap(text: string, indent: string): string[] {
  const lines: string[] = []
  let line = indent
  for (const word of text.split(" ")) {
    if (line.length + word.length + 1 > WIDTH && line !== indent) {
      lines.push(line.trimEnd())
      line = indent
    }
    line += `${word} `
  }
  lines.push(line.trimEnd())
  return lines
}
