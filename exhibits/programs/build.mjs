// Programs of user space that exhibits probe: each NAME.c becomes NAME-image.ts, the bytes of an executable as text.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { clang } from "../../scripts/objects/compile.mjs"

const LINKING = ["-static", "-nostdlib", "-Wl,--build-id=none", "-Wl,-z,noseparate-code"]
// Profilers follow the frame pointer.
const PLAIN = [
  ...["-fno-pie", "-fno-stack-protector", "-fno-asynchronous-unwind-tables", "-fno-omit-frame-pointer"],
  ...["-Wall", "-Werror"],
]

export function build(out, source) {
  const work = mkdtempSync(join(tmpdir(), "skep-programs-"))
  try {
    for (const name of readdirSync(source).filter(name => name.endsWith(".c"))) {
      const program = join(work, "program")
      clang(
        ["--target=x86_64-linux-gnu", "-O1", ...PLAIN, ...LINKING, "-o", program, join(source, name)],
        work,
      )
      const text = readFileSync(program).toString("base64")
      const lines = text.match(/.{1,100}/g).map(line => `  "${line}",`)
      const comment = `// Built from ${name} by \`npm run objects -- exhibits/programs\`: an executable for Linux on x86-64.`
      writeFileSync(
        join(out, name.replace(/\.c$/, "-image.ts")),
        `${comment}\nexport const IMAGE: readonly string[] = [\n${lines.join("\n")}\n]\n`,
      )
    }
  } finally {
    rmSync(work, { recursive: true })
  }
}
