import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { type Btf, formatC } from "../src/btf/index.ts"
import { loadBuiltinProfile } from "../src/profile/node.ts"
import { missingTools } from "./tools.ts"

describe("skep btf dump … format c: clang lays the header out as BTF says", () => {
  const folder = mkdtempSync(join(tmpdir(), "skep-format-c-"))
  afterAll(() => rmSync(folder, { recursive: true }))

  const sources: readonly [string, () => Promise<Btf>][] = [
    ["vmlinux 6.1", async () => (await loadBuiltinProfile("6.1")).btf()],
    ["vmlinux 6.12", async () => (await loadBuiltinProfile("6.12")).btf()],
  ]

  test.for(sources)("%s: sizes and offsets", async ([, load], { skip }) => {
    skip(...missingTools("clang-19"))
    const source = await load()
    const { text, count } = assertions(source)
    expect(count).toBeGreaterThan(20_000)
    writeFileSync(join(folder, "vmlinux.h"), formatC(source))
    writeFileSync(join(folder, "check.c"), text)
    const args = ["-target", "bpf", "-Wall", "-Werror", "-c", "check.c", "-o", "check.o"]
    expect(() => execFileSync("clang-19", args, { cwd: folder, stdio: "pipe" })).not.toThrow()
  })
})

/** _Static_assert of every size and offset that can be named unambiguously. */
function assertions(source: Btf): { text: string; count: number } {
  const lines: string[] = ['#include "vmlinux.h"']
  for (const id of source.ids()) {
    const type = source.type(id)
    if (type.name === "" || !/^(struct|union|enum|enum64)$/.test(type.kind)) continue
    if (source.findAll(type.name, "struct", "union", "enum", "enum64").length > 1) continue
    const spelling = source.nameOf(id)
    lines.push(`_Static_assert(sizeof(${spelling}) == ${source.sizeOf(id)}, "size");`)
    if (type.kind !== "struct" && type.kind !== "union") continue
    for (const each of type.members)
      if (each.name !== "" && each.bitSize === 0)
        lines.push(
          `_Static_assert(__builtin_offsetof(${spelling}, ${each.name}) == ${each.bitOffset / 8}, "offset");`,
        )
  }
  return { text: `${lines.join("\n")}\n`, count: lines.length - 1 }
}
