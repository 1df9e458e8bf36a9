import { LoadError, RelocationError } from "../../base/index.ts"
import type { ProgramSpec } from "../../object/index.ts"

/** What a program's section says of it, before any kernel is asked. Throws LoadError, RelocationError. */
export function loadDefinition({
  name,
  section,
  definition,
  problem,
}: ProgramSpec): NonNullable<ProgramSpec["definition"]> {
  if (!definition)
    throw new LoadError(`prog '${name}': missing BPF prog type, check ELF section name '${section}'`, {
      errno: "EINVAL",
      hint: "section names decide the program type: see `skep explain kprobe` for an example",
    })
  if (problem !== undefined) throw new RelocationError(`prog '${name}': ${problem}`, { errno: "EINVAL" })
  return definition
}
