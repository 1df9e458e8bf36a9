// Objects of the chapter's tests: NAME.bpf.c gives NAME.bpf.o; hello.bpf.c also one for 64-bit ARM.
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { compile } from "../../../scripts/objects/compile.mjs"

const WARNINGS = ["-Werror"]
const ARM64 = ["-U__TARGET_ARCH_x86", "-D__TARGET_ARCH_arm64"]

export function build(out, source) {
  for (const name of readdirSync(source).filter(name => name.endsWith(".bpf.c")))
    compile(join(source, name), join(out, name.replace(/c$/, "o")), { flags: WARNINGS })
  compile(join(source, "hello.bpf.c"), join(out, "hello-arm64.bpf.o"), { flags: [...WARNINGS, ...ARM64] })
}
