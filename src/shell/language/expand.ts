import type { Word } from "./tree.ts"

/** What words stand for depends on these. */
export interface Surroundings {
  variable(name: string): string | undefined
  /** Names in a directory, absolute or of the working directory; empty when there is none. */
  names(directory: string): readonly string[]
}

interface Field {
  text: string
  /** The same as a pattern: quoted characters stand for themselves. */
  pattern: string
  isPattern: boolean
}

/** The arguments that words become: variables put in, their blanks separating, patterns replaced by the paths they match. */
export function expandWords(words: readonly Word[], around: Surroundings): string[] {
  return words.flatMap(word => fieldsOf(word, around).flatMap(field => matchPaths(field, around)))
}

/** One word as it stands in assignments and redirections: neither split nor matched. */
export function expandText(word: Word, around: Surroundings): string {
  return word.map(part => (part.kind === "text" ? part.text : (around.variable(part.name) ?? ""))).join("")
}

function fieldsOf(word: Word, around: Surroundings): Field[] {
  const fields: Field[] = []
  let current: Field | undefined
  const add = (text: string, isQuoted: boolean): void => {
    current ??= { text: "", pattern: "", isPattern: false }
    current.text += text
    current.pattern += isQuoted ? text.replace(/[*?[\]\\]/g, "\\$&") : text
    if (!isQuoted && /[*?[]/.test(text)) current.isPattern = true
  }
  const end = (): void => {
    if (current) fields.push(current)
    current = undefined
  }
  for (const part of word) {
    if (part.kind === "text") {
      const isHome = !part.isQuoted && part === word[0] && /^~(?=\/|$)/.test(part.text)
      if (isHome) add(around.variable("HOME") ?? "~", true)
      add(isHome ? part.text.slice(1) : part.text, part.isQuoted)
      continue
    }
    const value = around.variable(part.name) ?? ""
    if (part.isQuoted) add(value, true)
    else {
      const pieces = value.split(/[ \t\n]+/)
      pieces.forEach((piece, index) => {
        if (index > 0) end()
        if (piece !== "") add(piece, false)
      })
    }
  }
  end()
  return fields
}

/** Sorted; the text itself when nothing matches. */
function matchPaths({ text, pattern, isPattern }: Field, { names }: Surroundings): string[] {
  if (!isPattern) return [text]
  const parts = pattern.split("/").filter(piece => piece !== "")
  // What stands before the first pattern is no pattern: a path, whether or not it can be listed.
  const first = parts.findIndex(part => /(?<!\\)[*?[]/.test(part))
  const start = (pattern.startsWith("/") ? "/" : "") + parts.slice(0, Math.max(first, 0)).join("/")
  let found = [start.replace(/\\(.)/g, "$1")]
  for (const part of parts.slice(Math.max(first, 0))) {
    const matcher = matcherOf(part)
    found = found.flatMap(folder =>
      names(folder === "" ? "." : folder)
        .filter(name => matcher.test(name) && (part.startsWith(".") || !name.startsWith(".")))
        .map(name => (folder === "" || folder.endsWith("/") ? folder + name : `${folder}/${name}`)),
    )
  }
  return found.length > 0 ? found.sort() : [text]
}

function matcherOf(pattern: string): RegExp {
  const source = pattern.replace(
    /\\(.)|\[(!?)([^\]]+)\]|[*?]|[.+^${}()|[\]\\]/g,
    (match, escaped?: string, not?: string, set?: string) => {
      if (escaped !== undefined) return escaped.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
      if (set !== undefined) return `[${not ? "^" : ""}${set.replace(/[\\^]/g, "\\$&")}]`
      if (match === "*") return ".*"
      return match === "?" ? "." : `\\${match}`
    },
  )
  return new RegExp(`^${source}$`, "s")
}
