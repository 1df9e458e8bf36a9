import { refuseSyntax } from "./refuse.ts"
import type { Word, WordPart } from "./tree.ts"

export type Operator = ";" | "&&" | "||" | "|" | "<" | ">" | ">>" | "<&" | ">&"

export type Token =
  | { readonly kind: "word"; readonly word: Word; readonly text: string }
  /** `fd`: the number right before a redirection. */
  | { readonly kind: "operator"; readonly operator: Operator; readonly fd?: number }

export type Tokens =
  | { readonly kind: "tokens"; readonly tokens: readonly Token[] }
  | { readonly kind: "incomplete"; readonly missing: string }

/** What may not stand unquoted: the shell does not know it. */
const NOT_SUPPORTED: Readonly<Record<string, string>> = {
  "`": "command substitution",
  "(": "subshells",
  ")": "subshells",
}
const NAME = /^(?:[A-Za-z_][A-Za-z0-9_]*|[?$#0])/
const BRACED_NAME = /^\{([A-Za-z_][A-Za-z0-9_]*|[?$#0])\}/
/** What a backslash inside double quotes takes the meaning of. */
const ESCAPED_IN_QUOTES = /[$`"\\\n]/
const OPERATORS = ["&&", "||", ">>", ">&", "<&", ";", "|", "<", ">"] as const

/** Cuts a line, or several, into words and operators; the end of a line is ";". Throws UsageError. */
export function tokenize(text: string): Tokens {
  const tokens: Token[] = []
  let parts: WordPart[] | undefined
  let start = 0
  let at = 0

  const add = (piece: string, isQuoted: boolean): void => {
    parts ??= []
    const last = parts.at(-1)
    if (last?.kind === "text" && last.isQuoted === isQuoted)
      parts[parts.length - 1] = { ...last, text: last.text + piece }
    else parts.push({ kind: "text", text: piece, isQuoted })
  }
  const addVariable = (isQuoted: boolean): void => {
    const rest = text.slice(at + 1)
    if (rest.startsWith("(")) refuseSyntax("command substitution is not supported by this shell")
    const braced = BRACED_NAME.exec(rest)
    const name = braced?.[1] ?? NAME.exec(rest)?.[0]
    if (rest.startsWith("{") && !braced)
      refuseSyntax("inside of braces behind $ this shell knows names alone")
    if (name === undefined) add("$", isQuoted)
    else {
      parts ??= []
      parts.push({ kind: "variable", name, isQuoted })
    }
    at += 1 + (braced?.[0].length ?? name?.length ?? 0)
  }
  const endWord = (): void => {
    if (parts) tokens.push({ kind: "word", word: parts, text: text.slice(start, at) })
    parts = undefined
  }

  while (at < text.length) {
    const character = text[at]!
    if (!parts) start = at
    if (character === "'") {
      const end = text.indexOf("'", at + 1)
      if (end < 0) return { kind: "incomplete", missing: "'" }
      add(text.slice(at + 1, end), true)
      at = end + 1
    } else if (character === '"') {
      add("", true)
      at++
      while (text[at] !== '"') {
        if (at >= text.length) return { kind: "incomplete", missing: '"' }
        if (text[at] === "`") refuseSyntax("command substitution is not supported by this shell")
        if (text[at] === "$") addVariable(true)
        else if (text[at] === "\\" && ESCAPED_IN_QUOTES.test(text[at + 1] ?? "")) {
          if (text[at + 1] !== "\n") add(text[at + 1]!, true)
          at += 2
        } else add(text[at++]!, true)
      }
      at++
    } else if (character === "\\") {
      if (at + 1 >= text.length) return { kind: "incomplete", missing: "what the backslash stands before" }
      if (text[at + 1] !== "\n") add(text[at + 1]!, true)
      at += 2
    } else if (character === "$") addVariable(false)
    else if (character === "#" && !parts) {
      while (at < text.length && text[at] !== "\n") at++
    } else if (character === "\n") {
      endWord()
      tokens.push({ kind: "operator", operator: ";" })
      at++
    } else if (/\s/.test(character)) {
      endWord()
      at++
    } else if (character in NOT_SUPPORTED) {
      refuseSyntax(`${NOT_SUPPORTED[character]} are not supported by this shell`)
    } else {
      const operator = OPERATORS.find(each => text.startsWith(each, at))
      if (operator) {
        const fd =
          /^[<>]/.test(operator) && /^\d$/.test(plainText(parts)) ? Number(plainText(parts)) : undefined
        if (fd === undefined) endWord()
        parts = undefined
        tokens.push({ kind: "operator", operator, ...(fd !== undefined && { fd }) })
        at += operator.length
      } else if (character === "&")
        refuseSyntax("'&' runs commands in the background, which this shell does not: run them one by one")
      else {
        add(character, false)
        at++
      }
    }
  }
  endWord()
  return { kind: "tokens", tokens }
}

/** The text of a word without quotes or variables; empty for others. */
function plainText(parts: readonly WordPart[] | undefined): string {
  const [part, more] = parts ?? []
  return part?.kind === "text" && !part.isQuoted && !more ? part.text : ""
}
