import { UsageError } from "../../../base/index.ts"

/** Characters that mean something in basic expressions with a backslash, and in extended ones without. */
const SWITCHED = /[+?|(){}]/
const CLASSES: Readonly<Record<string, string>> = {
  alpha: "A-Za-z",
  digit: "0-9",
  alnum: "A-Za-z0-9",
  upper: "A-Z",
  lower: "a-z",
  space: "\\s",
  xdigit: "0-9A-Fa-f",
  punct: "!-\\/:-@\\[-`{-~",
}

/** A regular expression as grep reads it. Throws UsageError. */
export function patternOf(
  text: string,
  kind: "basic" | "extended" | "fixed",
  { isWord, isAnyCase }: { readonly isWord: boolean; readonly isAnyCase: boolean },
): RegExp {
  const source = kind === "fixed" ? text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&") : translate(text, kind)
  try {
    return new RegExp(isWord ? `\\b(?:${source})\\b` : source, isAnyCase ? "i" : "")
  } catch {
    throw new UsageError(`grep: '${text}' is no regular expression`)
  }
}

function translate(text: string, kind: "basic" | "extended"): string {
  let source = ""
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!
    if (character === "[") {
      const end = text.indexOf("]", at + (text[at + 1] === "^" ? 3 : 2))
      const close = text.slice(at).startsWith("[[:") ? text.indexOf("]", text.indexOf(":]", at) + 2) : end
      if (close < 0) return `${source}[`
      const set = text.slice(at + 1, close)
      source += `[${set.replace(/\[:(\w+):\]/g, (_, name: string) => CLASSES[name] ?? "").replace(/\\(?![sw])/g, "\\\\")}]`
      at = close
    } else if (character === "\\") {
      const next = text[++at] ?? "\\"
      if (SWITCHED.test(next)) source += kind === "basic" ? next : `\\${next}`
      else source += /[<>]/.test(next) ? "\\b" : `\\${next}`
    } else if (SWITCHED.test(character)) source += kind === "basic" ? `\\${character}` : character
    else if (character === "*" && (source === "" || source === "^")) source += "\\*"
    else source += character === "/" ? "\\/" : character
  }
  return source
}
