import { decodeUtf8, UsageError } from "../../base/index.ts"
import { type CommandIo, keywordFor } from "../../bpftool/index.ts"

/** `batch file FILE`: a command a line, up to the first that fails. */
export async function runBatch(
  words: readonly string[],
  io: CommandIo,
  run: (words: readonly string[]) => Promise<number>,
): Promise<number> {
  const [keyword, file, ...more] = words
  if (keywordFor(keyword, ["file"]) === undefined)
    throw new UsageError(`expected 'file', got: ${keyword ?? "nothing"}`)
  if (file === undefined || more.length > 0) throw new UsageError("expected one file of commands")
  const text = decodeUtf8(await io.readFile(file))
  let count = 0
  for (const line of text.split("\n")) {
    const command = wordsOf(line.replace(/#.*/, ""))
    if (command.length === 0) continue
    const status = await run(command)
    if (status !== 0) {
      io.err(`Error: line ${count + 1} failed\n`)
      return status
    }
    count += 1
  }
  io.out(`processed ${count} commands\n`)
  return 0
}

/** Words between blanks; quotes keep blanks in them. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? "")
}
