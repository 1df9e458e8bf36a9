import { readFileSync } from "node:fs"
import { type ObjectSpec, readObject } from "../../src/object/index.ts"

/** An object of programs/: "hello". */
export function chapterObject(name: string): ObjectSpec {
  return readObject(readFileSync(new URL(`programs/${name}.bpf.o`, import.meta.url)), { name })
}

/** The object of an exhibit; "program-arm64" is the one for 64-bit ARM. */
export function exhibitObject(name: string, program: "program" | "program-arm64" = "program"): ObjectSpec {
  const file = new URL(`../../exhibits/${name}/${program}.bpf.o`, import.meta.url)
  return readObject(readFileSync(file), { name })
}
