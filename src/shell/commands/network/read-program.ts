import { UsageError } from "../../../base/index.ts"
import { loadSection, type SectionKind, type SectionProgram } from "../../objects/section-program.ts"
import type { Invocation } from "../../run/invocation.ts"
import { readObjectFile } from "../../shell.ts"
import { notSupported, type Words } from "./words.ts"

/** Takes "obj FILE [sec NAME]" and loads the program; the answer is a text where there is none. */
export async function readProgram(
  { shell }: Invocation,
  kind: SectionKind,
  words: Words,
): Promise<SectionProgram | string> {
  let [path, section]: (string | undefined)[] = []
  for (;;) {
    if (words.takes("object-file", "obj")) path = words.value()
    else if (words.takes("section", "sec")) section = words.value()
    else if (words.takes("verbose", "verb")) continue
    else if (/^(object-pinned|pinned|pin|bytecode|bc)$/.test(words.peek() ?? ""))
      throw notSupported(`'${words.peek()}' of a BPF program`)
    else break
  }
  if (path === undefined) throw new UsageError("a BPF program is told by obj FILE [sec NAME]")
  return loadSection(shell.kernel, kind, { path, section }, each => readObjectFile(shell, each))
}
