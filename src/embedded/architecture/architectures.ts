import type { ArchitectureName } from "../../catalog/index.ts"
import type { Architecture } from "./architecture.ts"
import { ARM64 } from "./arm64.ts"
import { X86_64 } from "./x86-64.ts"

/** Every architecture that the embedded kernel models. */
export const ARCHITECTURES: readonly Architecture[] = [X86_64, ARM64]

export function architectureOf(name: ArchitectureName): Architecture {
  const found = ARCHITECTURES.find(each => each.name === name)
  if (!found) throw new Error(`BUG: no model of ${name}`)
  return found
}
