import { refuseSyntax } from "./refuse.ts"
import { type Operator, type Token, tokenize } from "./tokens.ts"
import type { Assignment, ListItem, Parsed, Pipeline, Redirect, SimpleCommand, Word } from "./tree.ts"

const ASSIGNMENT = /^([A-Za-z_][A-Za-z0-9_]*)=/
/** Words that begin what this shell has not. */
const COMPOUND = new Set(["if", "for", "while", "until", "case", "{", "function", "[["])
const REDIRECTS: Readonly<Partial<Record<Operator, Redirect["kind"]>>> = {
  "<": "read",
  ">": "write",
  ">>": "append",
  ">&": "copy",
  "<&": "copy",
}
const WHEN: Readonly<Partial<Record<Operator, ListItem["when"]>>> = {
  ";": "always",
  "&&": "after success",
  "||": "after failure",
}

/** Reads command lines. Throws UsageError for what is no line of this shell. */
export function parse(text: string): Parsed {
  const read = tokenize(text)
  if (read.kind === "incomplete") return read
  const { tokens } = read
  const items: ListItem[] = []
  let at = 0
  let when: ListItem["when"] = "always"
  for (;;) {
    // Empty lines are nothing to run, and a condition waits for the next line.
    while (isOperator(tokens[at], ";")) at++
    if (!tokens[at]) return when === "always" ? { kind: "list", items } : incomplete(when)
    const parsed = parsePipeline(tokens, at)
    if (!parsed) return { kind: "incomplete", missing: "a command behind |" }
    items.push({ when, pipeline: parsed.pipeline })
    at = parsed.end
    const next = tokens[at]
    if (!next) return { kind: "list", items }
    when = (next.kind === "operator" && WHEN[next.operator]) || "always"
    at++
  }
}

function incomplete(when: ListItem["when"]): Parsed {
  return { kind: "incomplete", missing: `a command behind ${when === "after success" ? "&&" : "||"}` }
}

function isOperator(token: Token | undefined, operator: Operator): boolean {
  return token?.kind === "operator" && token.operator === operator
}

/** Undefined when a pipe leads nowhere yet. */
function parsePipeline(
  tokens: readonly Token[],
  start: number,
): { readonly pipeline: Pipeline; readonly end: number } | undefined {
  let at = start
  const first = tokens[at]
  const isNegated = first?.kind === "word" && first.text === "!"
  if (isNegated) at++
  const commands: SimpleCommand[] = []
  for (;;) {
    const { command, end } = parseCommand(tokens, at)
    commands.push(command)
    at = end
    if (!isOperator(tokens[at], "|")) return { pipeline: { isNegated, commands }, end: at }
    do at++
    while (isOperator(tokens[at], ";") && at < tokens.length)
    if (!tokens[at]) return undefined
  }
}

function parseCommand(
  tokens: readonly Token[],
  start: number,
): { readonly command: SimpleCommand; readonly end: number } {
  const assignments: Assignment[] = []
  const words: Word[] = []
  const redirects: Redirect[] = []
  let at = start
  for (let token = tokens[at]; token; token = tokens[at]) {
    if (token.kind === "word") {
      const assignment = words.length === 0 ? assignmentOf(token.word) : undefined
      if (words.length === 0 && COMPOUND.has(token.text))
        refuseSyntax(`'${token.text}' is not supported by this shell`)
      if (assignment) assignments.push(assignment)
      else words.push(token.word)
      at++
      continue
    }
    const kind = REDIRECTS[token.operator]
    if (!kind) break
    const target = tokens[at + 1]
    if (target?.kind !== "word") refuseSyntax(`'${token.operator}' wants a file behind it`)
    const fd = token.fd ?? (token.operator.startsWith("<") ? 0 : 1)
    if (fd > 2) refuseSyntax(`descriptor ${fd} cannot be redirected: 0, 1 and 2 can`)
    redirects.push({ fd, kind, target: (target as Token & { kind: "word" }).word })
    at += 2
  }
  if (at === start) {
    const found = tokens[at]
    refuseSyntax(`'${found?.kind === "operator" ? found.operator : "|"}' has no command before it`)
  }
  return { command: { assignments, words, redirects }, end: at }
}

/** NAME=value, the name unquoted. */
function assignmentOf(word: Word): Assignment | undefined {
  const [first, ...rest] = word
  if (first?.kind !== "text" || first.isQuoted) return undefined
  const name = ASSIGNMENT.exec(first.text)?.[1]
  if (name === undefined) return undefined
  return { name, value: [{ ...first, text: first.text.slice(name.length + 1) }, ...rest] }
}
