// Objects for 64-bit ARM; reach.bpf.c gives one for each offset.
import { join } from "node:path"
import { compile } from "../../../scripts/objects/compile.mjs"

const ARM64 = ["-Werror", "-U__TARGET_ARCH_x86", "-D__TARGET_ARCH_arm64"]
export const REACHES = [328, 336]

export function build(out, source) {
  const object = (name, to = name, flags = []) =>
    compile(join(source, `${name}.bpf.c`), join(out, `${to}.bpf.o`), { flags: [...ARM64, ...flags] })
  for (const name of ["probes", "trampolines", "guard"]) object(name)
  for (const offset of REACHES) object("reach", `reach-${offset}`, [`-DOFFSET=${offset}`])
}
