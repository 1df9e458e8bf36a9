import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { expect, test } from "vitest"
import { missingTools } from "./tools.ts"

const run = promisify(execFile)
const root = fileURLToPath(new URL("..", import.meta.url))

test("the committed objects are what clang makes of their sources", async ({ skip }) => {
  skip(...missingTools("clang-19", "llvm-strip-19", "gcc", "pahole"))
  const { stdout } = await run(process.execPath, ["scripts/objects/build.mjs", "--check"], {
    cwd: root,
  }).catch(error => ({ stdout: `${error.stdout}${error.stderr}` }))
  const lines = stdout.trim().split("\n")
  expect(lines.filter(line => !/: \d+ files, up to date$/.test(line))).toEqual([])
  expect(lines.length).toBeGreaterThan(7)
}, 300_000)
