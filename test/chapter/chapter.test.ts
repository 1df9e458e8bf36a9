// Every behaviour of the chapter has tests that exist, or says what is missing.
import { existsSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { runSkep } from "../../src/cli/testing.ts"
import { CHAPTER } from "./chapter.ts"
import { hasTest } from "./find-tests.ts"
import { chapterPage } from "./page.ts"

const BEHAVIOURS = 88
/** What is shown today. */
const AT_LEAST = 88
/** Milliseconds, on a busy machine. */
const COMMANDS_TAKE = 300_000

test("the rows are the chapter's behaviours, in order", () => {
  expect(CHAPTER.map(({ item }) => item)).toEqual(Array.from({ length: BEHAVIOURS }, (_, index) => index + 1))
})

describe("row", () => {
  test.each(CHAPTER)("$item: $title", ({ shownBy, onLinux = [], missing }) => {
    if (missing === undefined) expect(shownBy).not.toEqual([])
    else expect(missing).not.toBe("")
    for (const { file, test } of [...shownBy, ...onLinux]) {
      expect(existsSync(file), file).toBe(true)
      expect(hasTest(file, test), `${file} has a test "${test}"`).toBe(true)
    }
  })
})

test("a test that is not there is not found", () => {
  const exhibits = "exhibits/exhibits.test.ts"
  expect(hasTest(exhibits, "kprobe shows what it says")).toBe(true)
  expect(hasTest(exhibits, "kprobes shows what it says")).toBe(false)
  expect(hasTest(exhibits, "kprobe shows what it says again")).toBe(false)
  expect(hasTest("test/refusals.test.ts", "packet_in_tracepoint")).toBe(true)
  expect(hasTest("test/refusals.test.ts", "packet_in_nothing")).toBe(false)
  expect(hasTest("src/cli/run/run.test.ts", "uprobe_slash fails with its reason and a hint")).toBe(true)
  expect(hasTest("src/cli/run/run.test.ts", "a uprobe slash fails with its reason and a hint")).toBe(false)
})

test(`at least ${AT_LEAST} behaviours are shown`, () => {
  expect(CHAPTER.filter(({ missing }) => missing === undefined).length).toBeGreaterThanOrEqual(AT_LEAST)
})

test(
  "the commands of the page are commands, on objects that are there",
  async () => {
    const commands = new Set(
      CHAPTER.flatMap(({ see }) => [...see.matchAll(/`skep ([^`]+)`/g)].map(match => match[1])),
    )
    // Those for the machine's own kernel run in the guests' suite.
    const ours = [...commands].filter(command => !/^(--linux|shell$)/.test(command ?? ""))
    expect(ours.length).toBeGreaterThan(20)
    for (const command of ours) {
      const { status, out, err } = await runSkep(...(command ?? "").split(" "))
      // What a kernel refuses ends with 1, and says so; a file that is missing too.
      expect(status, `skep ${command}: ${err}`).toBeLessThanOrEqual(1)
      expect(`${out}${err}`, command).not.toContain("(ENOENT)\n")
    }
  },
  COMMANDS_TAKE,
)

test("exhibits of the page are there", () => {
  const names = CHAPTER.flatMap(({ see }) => /\bexhibits? ([\w, -]+)/.exec(see)?.[1]?.split(", ") ?? [])
  expect(names.length).toBeGreaterThan(50)
  for (const name of names) expect(existsSync(`exhibits/${name}/exhibit.ts`), name).toBe(true)
})

test("docs/chapter.md is written from the rows", async () => {
  await expect(chapterPage(CHAPTER)).toMatchFileSnapshot("../../docs/chapter.md")
})
