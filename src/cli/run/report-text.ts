import { toHex } from "../../base/index.ts"
import type { Io } from "../io.ts"
import type { RunReport } from "./report.ts"

type Style = Io["style"]

/** The report for people: attachments, events, trace pipe, maps. */
export function toText(report: RunReport, style: Style): string {
  return joinBlocks([
    headingText(report, style),
    programsText(report, style),
    packetsText(report, style),
    events(report, style),
    trace(report, style),
    mapsText(report, style),
  ])
}

export function joinBlocks(blocks: readonly string[]): string {
  return `${blocks.filter(block => block !== "").join("\n\n")}\n`
}

export function headingText(
  { kernel, release, version, handMade }: Pick<RunReport, "kernel" | "release" | "version" | "handMade">,
  style: Style,
): string {
  const origin = handMade ? ", hand-made profile" : ""
  const what = kernel === "linux" ? "this machine's Linux" : "embedded kernel"
  return `${what} ${style.bold(release)} (${version}${origin})`
}

export function programsText(report: Pick<RunReport, "programs">, style: Style): string {
  const rows = report.programs.map(program => [
    program.name,
    program.type,
    program.attachedTo ?? "not attached",
    ...(program.runs === undefined ? [] : [program.runs === 1 ? "ran once" : `ran ${program.runs} times`]),
    program.verifiedInstructions === undefined
      ? program.verification
      : `${program.verification} (${program.verifiedInstructions} instructions walked)`,
  ])
  const notes = report.programs.flatMap(({ name, note }) =>
    note ? [style.yellow(`  note: ${name}: ${note}`)] : [],
  )
  return [title(style, "programs"), ...table(rows), ...notes].join("\n")
}

function packetsText({ packets }: RunReport, style: Style): string {
  if (!packets) return ""
  const { interface: name, received, sent, file, verdicts } = packets
  const written = file === undefined ? "" : `, written to ${file}`
  const rows = verdicts.map(({ program, action, count }) => [program, action, String(count)])
  return [
    title(style, "packets"),
    `  ${name}: ${received} came in, ${sent} left${written}`,
    ...table(rows),
  ].join("\n")
}

function events(report: RunReport, style: Style): string {
  if (report.events.length === 0) return `${title(style, "events")}\n  none`
  const lines: string[] = []
  for (const group of groupByShape(report.events)) lines.push(...group)
  if (report.events.some(({ unterminated }) => unterminated))
    lines.push(style.yellow(`  note: ${CUT}: no NUL ends this text, and there may have been more`))
  return [title(style, "events"), ...lines].join("\n")
}

/** Behind text that fills its array. */
const CUT = "…"

/** Runs of events from the same map with the same fields become one table with its header. */
function groupByShape(all: RunReport["events"]): string[][] {
  const groups: { key: string; rows: string[][] }[] = []
  for (const event of all) {
    const fields = isRecord(event.value) ? Object.keys(event.value) : []
    const key = `${event.map} ${fields.join(" ")}`
    const row = isRecord(event.value)
      ? Object.entries(event.value).map(
          ([name, part]) => formatValue(part) + (event.unterminated?.includes(name) ? CUT : ""),
        )
      : [toHex(event.bytes, " ")]
    const last = groups.at(-1)
    if (last?.key === key) last.rows.push([event.map, ...row])
    else
      groups.push({
        key,
        rows: [
          ["map", ...(fields.length > 0 ? fields : ["bytes"])],
          [event.map, ...row],
        ],
      })
  }
  return groups.map(group => table(group.rows))
}

function trace(report: RunReport, style: Style): string {
  if (report.tracePipe.length === 0) return ""
  return [title(style, "trace pipe"), ...report.tracePipe].join("\n")
}

export function mapsText(report: Pick<RunReport, "maps">, style: Style): string {
  const shown = report.maps.filter(map => map.entries.length > 0 || map.lost > 0)
  if (shown.length === 0) return ""
  const lines = shown.flatMap(map => [
    `  ${map.name} (${map.type})${map.lost > 0 ? style.red(` lost ${map.lost} records`) : ""}`,
    ...(map.section ? variables(map.entries[0]?.value) : entries(map.entries)),
    ...(map.more > 0 ? [`    … ${map.more} more`] : []),
  ])
  return [title(style, "maps"), ...lines].join("\n")
}

function entries(list: RunReport["maps"][number]["entries"]): string[] {
  return list.map(entry => `    ${formatValue(entry.key)}: ${formatValue(entry.value)}`)
}

/** Global variables, one a line. */
function variables(value: unknown): string[] {
  return isRecord(value)
    ? Object.entries(value).map(([name, item]) => `    ${name} = ${formatValue(item)}`)
    : []
}

export function title(style: Style, text: string): string {
  return style.bold(style.cyan(text))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  )
}

export function formatValue(value: unknown): string {
  if (value instanceof Uint8Array) return toHex(value, " ")
  if (Array.isArray(value)) return `[${value.map(formatValue).join(", ")}]`
  if (isRecord(value))
    return `{ ${Object.entries(value)
      .map(([name, item]) => `${name}: ${formatValue(item)}`)
      .join(", ")} }`
  return typeof value === "string" ? value : String(value)
}

/** Columns padded to the widest cell, two spaces between and before. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = []
  for (const row of rows)
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, cell.length)
    })
  return rows.map(row =>
    `  ${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join("  ")}`.trimEnd(),
  )
}
