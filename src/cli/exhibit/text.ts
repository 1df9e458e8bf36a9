import { inspect, isDeepStrictEqual } from "node:util"
import type { ExhibitRun } from "../../exhibit/index.ts"
import type { Io } from "../io.ts"

/** What came of one exhibit. */
export type ExhibitResult = {
  readonly name: string
  readonly title: string
  readonly kernel: "embedded" | "linux"
  readonly release: string
} & (
  | { readonly outcome: "missing"; readonly missing: string }
  | { readonly outcome: "as expected" | "different"; readonly run: ExhibitRun }
)

/** One exhibit for people: its programs, and each observation with what was expected where that is another. */
export function resultText(result: ExhibitResult, style: Io["style"]): string {
  const { name, title, kernel, release } = result
  const heading = `${style.bold(name)}  ${title} (${kernel === "linux" ? "Linux" : "embedded kernel"} ${release})`
  if (result.outcome === "missing") return `${heading}\n  ${style.yellow("not here:")} ${result.missing}`
  const { programs, observed, expected } = result.run
  const names = [...new Set([...Object.keys(expected), ...Object.keys(observed)])]
  return [
    heading,
    ...programs.map(
      ({ name, type, attachedTo }) => `  ${name}  ${type}  ${attachedTo ?? "left to the scenario"}`,
    ),
    ...names.map(each => observation(each, observed[each], expected[each], style)),
  ].join("\n")
}

function observation(name: string, seen: unknown, wanted: unknown, style: Io["style"]): string {
  if (isDeepStrictEqual(seen, wanted)) return `  ${style.green("ok")} ${name}: ${show(seen)}`
  return `  ${style.red("no")} ${name}: ${show(seen)}, expected ${show(wanted)}`
}

function show(value: unknown): string {
  return inspect(value, { breakLength: Number.POSITIVE_INFINITY, depth: 6 })
}
