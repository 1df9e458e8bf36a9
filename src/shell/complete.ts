import { commandNames } from "./commands/table.ts"
import { absolute, type Shell } from "./shell.ts"

/** How the last word of a line can go on: names of commands at its beginning, else paths. The answer's second part is that word. */
export function completions(shell: Shell, line: string): [readonly string[], string] {
  const word = /[^\s;|&<>]*$/.exec(line)?.[0] ?? ""
  const before = line.slice(0, line.length - word.length)
  const isCommand = /(^|[;|&])\s*(sudo\s+)?$/.test(before) && !word.includes("/")
  return [isCommand ? commandsLike(shell, word) : pathsLike(shell, word), word]
}

function commandsLike(shell: Shell, word: string): string[] {
  const { files } = shell.kernel
  const programs = (shell.variables.get("PATH") ?? "").split(":").flatMap(folder => {
    const node = files.find(folder)
    return node ? files.names(node) : []
  })
  const names = new Set([...commandNames(), ...programs])
  return [...names]
    .filter(name => name.startsWith(word))
    .sort()
    .map(name => `${name} `)
}

function pathsLike(shell: Shell, word: string): string[] {
  const { files } = shell.kernel
  const slash = word.lastIndexOf("/") + 1
  const [folder, name] = [word.slice(0, slash), word.slice(slash)]
  const node = files.find(absolute(shell, folder === "" ? "." : folder))
  if (!node?.directory) return []
  return files
    .names(node)
    .filter(each => each.startsWith(name))
    .map(each => `${folder}${each}${files.child(node, each)?.directory ? "/" : " "}`)
}
