import { sha1, toHex } from "../../base/index.ts"
import { encodeInstructions } from "../../isa/index.ts"
import type { EmbeddedProgram } from "../programs/program.ts"

const TAG_BYTES = 8

/**
 * What the kernel knows the same program by: the beginning of SHA-1 over its instructions as they were loaded, with zero for
 * descriptors of maps (bpf_prog_calc_tag).
 */
export function programTag({ code }: Pick<EmbeddedProgram, "code">): string {
  const known = tags.get(code)
  if (known !== undefined) return known
  const tag = toHex(sha1(encodeInstructions(code.loaded(), true)).subarray(0, TAG_BYTES))
  tags.set(code, tag)
  return tag
}

const tags = new WeakMap<object, string>()
