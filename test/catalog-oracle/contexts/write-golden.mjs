// From what the sweep printed to golden files: letters instead of texts, runs instead of repetition.
import { RESULTS } from "./subjects.mjs"

/** Blocks of the sweep's output: subject name → its lines. */
function blocks(text) {
  const found = new Map()
  let lines
  for (const line of text.split("\n")) {
    const [, name] = /^subject (.*)$/.exec(line) ?? []
    if (name !== undefined) {
      lines = []
      found.set(name.replaceAll("|", " "), lines)
    } else if (line !== "") lines?.push(line)
  }
  return found
}

const ALPHABET = Array.from("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ").concat(
  Array.from({ length: 300 }, (_, at) => String.fromCodePoint(0xc0 + at)),
)

/** "aaab" → "a3b". */
const runs = text =>
  text.replace(/(.)\1*/gsu, run =>
    Array.from(run).length > 1 ? `${Array.from(run)[0]}${Array.from(run).length}` : run,
  )

/** The function that a message names stands in the subject already. */
const anonymous = text =>
  text
    .replace(/func '[^']*'/g, "func '@'")
    .replace(/^Pscalar/, "scalar")
    .replace(/\((?:off=0,?)?(?:r=0,?)?(?:imm=0)?\)/, "()")
    .replace(/\(id=#?\d*(?:,off=0)?(?:,imm=0)?\)/, "(id)")

function lettered(text, subjects) {
  const found = blocks(text)
  const letters = new Map()
  const letterOf = answer => {
    if (!letters.has(answer)) letters.set(answer, ALPHABET[letters.size])
    return letters.get(answer)
  }
  const rows = []
  const out = []
  for (const subject of subjects) {
    const lines = found.get(subject.name)
    if (lines === undefined) throw new Error(`the sweep says nothing of ${subject.name}`)
    const own = new Map(
      lines.filter(line => line.startsWith("letter ")).map(line => [line[7], anonymous(line.slice(9))]),
    )
    const own_rows = {}
    for (const line of lines) {
      const [, key, answers] = /^row (?:(\w+ \d) )?(.*)$/.exec(line) ?? []
      if (answers === undefined) continue
      const row = runs(Array.from(answers, letter => letterOf(own.get(letter) ?? "accepted")).join(""))
      if (!rows.includes(row)) rows.push(row)
      own_rows[key ?? "row"] = rows.indexOf(row)
    }
    const { attachNumber, result, ...told } = subject
    out.push({ ...told, rows: own_rows })
  }
  return {
    answers: Object.fromEntries([...letters].map(([answer, letter]) => [letter, answer])),
    rows,
    subjects: out,
  }
}

function numbered(text, subjects) {
  const found = blocks(text)
  return {
    answers: Object.fromEntries(
      subjects.map(subject => {
        const [row] = found.get(subject.name) ?? []
        if (row === undefined) throw new Error(`the sweep says nothing of ${subject.name}`)
        return [subject.name, runLengths(row.slice(4).split(" "))]
      }),
    ),
  }
}

/** Names by what the sweep says of them: `[row, "name name …"]`. */
function grouped(text) {
  const groups = new Map()
  for (const [name, [row]] of blocks(text))
    groups.set(row.slice(4), [...(groups.get(row.slice(4)) ?? []), name])
  return [...groups].map(([row, names]) => [row, names.sort().join(" ")]).sort(([a], [b]) => (a < b ? -1 : 1))
}

/** [0, 22, 22, 22] → "0 22x3". */
function runLengths(numbers) {
  const out = []
  for (const number of numbers) {
    const last = out.at(-1)
    if (last?.number === number) last.times++
    else out.push({ number, times: 1 })
  }
  return out.map(({ number, times }) => (times === 1 ? number : `${number}x${times}`)).join(" ")
}

/** One line a subject. */
function print(kernel, golden) {
  const { subjects, rows, ...rest } = golden
  const lines = values => `[\n${values.map(value => `  ${JSON.stringify(value)}`).join(",\n")}\n ]`
  const parts = [`"kernel": ${JSON.stringify(kernel)}`]
  for (const [key, value] of Object.entries(rest))
    parts.push(`"${key}": ${JSON.stringify(value, undefined, Array.isArray(value) ? undefined : 2)}`)
  if (rows) parts.push(`"rows": ${lines(rows)}`)
  if (subjects) parts.push(`"subjects": ${lines(subjects)}`)
  return `{\n ${parts.join(",\n ")}\n}\n`
}

export const GOLDENS = {
  contexts: (text, subjects, kernel) => print(kernel, lettered(text, subjects)),
  returns: (text, subjects, kernel) => {
    const { subjects: told, ...rest } = lettered(text, subjects)
    return print(kernel, {
      values: RESULTS,
      ...rest,
      subjects: told.map(({ windows, privilege, ...one }) => one),
    })
  },
  attach: (text, subjects, kernel) => print(kernel, numbered(text, subjects)),
  capabilities: (text, subjects, kernel) => print(kernel, numbered(text, subjects)),
  disabled: (text, subjects, kernel) => print(kernel, numbered(text, subjects)),
  tracepoints: (text, _, kernel) => print(kernel, { rows: grouped(text) }),
  hooks: (text, _, kernel) => print(kernel, { rows: grouped(text) }),
  runs: (text, subjects, kernel) => print(kernel, numbered(text, subjects)),
}
