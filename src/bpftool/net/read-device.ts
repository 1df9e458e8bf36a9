import { UsageError } from "../../base/index.ts"
import type { Words } from "../objects/words.ts"

/** `dev NAME`. Throws UsageError. */
export function readDevice(words: Words): string {
  if (words.take("dev") === undefined) throw new UsageError(`expected 'dev', got: '${words.peek() ?? ""}'`)
  return words.next("the name of an interface")
}
