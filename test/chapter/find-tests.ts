// Finds the names that a file gives to its tests, without running it.
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"

/** Functions of the guests' suite that make tests: the name stands second, and this is put behind it. */
const MAKERS: Readonly<Record<string, string>> = { attachStyle: " works" }
const CALL = /\b(test|it|attachStyle)\b(?:\s*\.\s*(\w+))?\s*(?=[(<])/g

/** A test's name with what a table fills in left open. */
interface NamePattern {
  readonly parts: readonly string[]
}

/**
 * True when the file has a test of that name. What a table fills in must stand in the file itself, in one that it
 * imports, in the recordings beside it, or be the name of an exhibit.
 */
export function hasTest(file: string, name: string): boolean {
  const source = readFileSync(file, "utf8")
  return namePatterns(source).some(({ parts }) => {
    const filled = fillingsOf(parts, name)
    return filled?.every(text => isKnown(file, source, text)) ?? false
  })
}

function fillingsOf(parts: readonly string[], name: string): string[] | undefined {
  const pattern = parts.map(part => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("(.+?)")
  const match = new RegExp(`^${pattern}$`, "s").exec(name)
  return match?.slice(1)
}

function isKnown(file: string, source: string, text: string): boolean {
  if (existsSync(join("exhibits", text, "exhibit.ts"))) return true
  // Of a list its members must be there.
  const words = text.startsWith("[") ? (JSON.parse(text) as unknown[]).map(String) : text.split(" and ")
  const texts = [source, ...neighbours(file, source)]
  return words.every(word => texts.some(each => each.includes(word)))
}

/** Files that this one imports, with what an index of tests gathers, and recordings beside it or one folder below. */
function* neighbours(file: string, source: string): Generator<string> {
  const folder = dirname(file)
  for (const [, path] of source.matchAll(/from "(\.[^"]+)"/g)) {
    const imported = join(folder, path as string)
    if (existsSync(imported)) {
      const text = readFileSync(imported, "utf8")
      yield text
      if (basename(imported) === "index.ts" && imported.startsWith("test/")) yield* neighbours(imported, text)
    }
    const recordings = join(dirname(imported), "golden")
    if (existsSync(recordings))
      for (const each of readdirSync(recordings))
        if (/\.(json|txt|tsv)$/.test(each)) yield readFileSync(join(recordings, each), "utf8")
  }
}

function namePatterns(source: string): NamePattern[] {
  const found: NamePattern[] = []
  for (const match of source.matchAll(CALL)) {
    const [whole, maker = "", modifier] = match
    let at = (match.index ?? 0) + whole.length
    if (modifier === "each" || modifier === "for") {
      at = skipGroup(source, at, "<", ">")
      at = skipSpace(source, skipGroup(source, at, "(", ")"))
    }
    if (source[at] !== "(") continue
    at = skipSpace(source, at + 1)
    const behind = MAKERS[maker]
    if (behind !== undefined) at = skipSpace(source, skipArgument(source, at))
    const parts = readName(source, at)
    const isTable = modifier === "each" || modifier === "for"
    found.push({ parts: withBehind(isTable ? parts.flatMap(splitTable) : parts, behind ?? "") })
    if (behind !== undefined) found.push({ parts: withBehind(parts, " is refused") })
  }
  return found
}

function withBehind(parts: readonly string[], behind: string): string[] {
  return [...parts.slice(0, -1), (parts.at(-1) ?? "") + behind]
}

/** "%s shows $name" → "", " shows ", "". */
function splitTable(part: string): string[] {
  return part.split(/%[sdijofp#]|\$\w+(?:\.\w+)*/)
}

/** The literal parts of a name; one that is no literal is open altogether. */
function readName(source: string, start: number): string[] {
  const quote = source[start]
  if (quote !== '"' && quote !== "'" && quote !== "`") return ["", ""]
  const parts = [""]
  for (let at = start + 1; at < source.length; at++) {
    if (source[at] === quote) return parts
    if (source[at] === "\\") at++
    else if (quote === "`" && source.startsWith("${", at)) {
      at = skipGroup(source, at + 1, "{", "}") - 1
      parts.push("")
      continue
    }
    parts.push((parts.pop() ?? "") + source[at])
  }
  return ["", ""]
}

/** Behind the group that begins here, if one does. */
function skipGroup(source: string, start: number, open: string, close: string): number {
  const begin = skipSpace(source, start)
  if (source[begin] !== open) return begin
  let depth = 0
  for (let at = begin; at < source.length; at++) {
    const letter = source[at] as string
    if (letter === open) depth++
    else if (letter === close && source[at - 1] !== "=" && --depth === 0) return at + 1
    else if (`"'\``.includes(letter) && open !== "<") at = skipText(source, at)
    else if (source.startsWith("//", at) && source[at - 1] !== ":") at = source.indexOf("\n", at)
  }
  return source.length
}

function skipText(source: string, start: number): number {
  const quote = source[start]
  for (let at = start + 1; at < source.length; at++) {
    if (source[at] === "\\") at++
    else if (source[at] === quote) return at
    else if (quote === "`" && source.startsWith("${", at)) at = skipGroup(source, at + 1, "{", "}") - 1
  }
  return source.length
}

/** Behind the comma that ends this argument. */
function skipArgument(source: string, start: number): number {
  for (let at = start; at < source.length; at++) {
    const letter = source[at] as string
    if (letter === ",") return at + 1
    if (`"'\``.includes(letter)) at = skipText(source, at)
    else if (letter === "(") at = skipGroup(source, at, "(", ")") - 1
  }
  return source.length
}

function skipSpace(source: string, start: number): number {
  let at = start
  while (/\s/.test(source[at] ?? "")) at++
  return at
}
