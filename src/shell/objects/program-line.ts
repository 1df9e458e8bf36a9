import { sha1 } from "../../base/index.ts"
import type { EmbeddedProgram } from "../../embedded/index.ts"
import { encodeInstructions } from "../../isa/index.ts"

const TAG_BYTES = 8
/** BPF_OBJ_NAME_LEN without its NUL. */
const NAME_LENGTH = 15

/** "id 6 name hello tag 94468b3a849e5748 jited ": how ip and tc show a program. With `isDetailed`, when and by whom it was loaded. */
export function programLine(program: EmbeddedProgram, isDetailed = false): string {
  const { id, name, loadTime, uid, btf } = program
  const details = isDetailed
    ? `load_time ${loadTime} created_by_uid ${uid} ${btf ? `btf_id ${btf.id} ` : ""}`
    : ""
  return `id ${id} name ${name.slice(0, NAME_LENGTH)} tag ${programTag(program)} jited ${details}`
}

/** The kernel's hash of a program's code, references to maps left out. */
export function programTag({ code }: EmbeddedProgram): string {
  const digest = sha1(encodeInstructions(code.loaded(), true))
  return [...digest.subarray(0, TAG_BYTES)].map(byte => byte.toString(16).padStart(2, "0")).join("")
}
