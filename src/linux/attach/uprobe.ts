import { type AttachPointOf, checkReturnOffset, findFunction } from "../../kernel/index.ts"
import { findBinary } from "../elf/find-binary.ts"
import { withExecutable } from "../elf/open-executable.ts"
import type { LoadedProgram } from "../load/load-program.ts"
import { type Attached, type AttachHost, named } from "./attached.ts"
import { attachUprobe } from "./perf-probes.ts"

/** uprobe and uretprobe: a function of a program or library, or a place in its file. */
export function attachUserProbe(
  host: AttachHost,
  program: LoadedProgram,
  point: AttachPointOf<"uprobe" | "uretprobe">,
): Attached {
  const { symbol = "", offset = 0, pid = -1 } = point
  const isReturn = point.kind === "uretprobe"
  if (isReturn) checkReturnOffset(program.spec.name, symbol, offset)
  return named(program, () => {
    const path = findBinary(point.binary, pid)
    const start = symbol === "" ? 0n : withExecutable(path, file => findFunction(file, symbol).offset)
    return attachUprobe(host, program, point, {
      path,
      offset: Number(start) + offset,
      pid,
      isReturn,
    })
  })
}
