import type { ChapterRow, TestName } from "./rows.ts"
import { SECTIONS_OF_CHAPTER } from "./rows.ts"

/** docs/chapter.md. */
export function chapterPage(rows: readonly ChapterRow[]): string {
  const shown = rows.filter(({ missing }) => missing === undefined)
  const lines = [
    "# Learning eBPF, chapter 7, behaviour by behaviour",
    "",
    "Chapter 7 of Liz Rice's *Learning eBPF* is about program types and where programs attach. What it tells comes to",
    `${rows.length} behaviours; ${shown.length} of them are here, each named in tests. Where to see one: a command as it is`,
    "typed in the repository (`npx skep …`), or an exhibit (`npx skep exhibit run NAME`). Tests of the first kind run on the",
    "embedded kernel; those under “on Linux” run in guests (`npm run test:kernel`).",
    "",
    "Written from `test/chapter/chapter.ts` by `npx vitest run test/chapter/chapter.test.ts -u`.",
  ]
  for (const row of rows) {
    const heading = SECTIONS_OF_CHAPTER[row.item]
    if (heading)
      lines.push(
        "",
        `## ${heading}`,
        "",
        "| | what | where to see it | tests | on Linux |",
        "| --- | --- | --- | --- | --- |",
      )
    lines.push(rowText(row))
  }
  const open = rows.filter(({ missing }) => missing !== undefined)
  if (open.length > 0)
    lines.push(
      "",
      "## Not there yet",
      "",
      ...open.map(({ item, title, missing }) => `- ${item}, ${title}: ${missing}`),
    )
  return `${lines.join("\n")}\n`
}

function rowText({ item, title, see, shownBy, onLinux = [], missing }: ChapterRow): string {
  const what = missing === undefined ? title : `${title} (missing: ${missing})`
  return `| ${[item, what, see, testsText(shownBy), testsText(onLinux)].map(cell).join(" | ")} |`
}

/** The tests of each file behind its name. */
function testsText(tests: readonly TestName[]): string {
  const byFile = new Map<string, string[]>()
  for (const { file, test } of tests) byFile.set(file, [...(byFile.get(file) ?? []), test])
  return [...byFile]
    .map(
      ([file, names]) =>
        `[${nameOf(file)}](../${file}): ${names.map(name => name.replace(" shows what it says", "")).join("; ")}`,
    )
    .join("<br>")
}

function nameOf(file: string): string {
  return (
    file
      .split("/")
      .at(-1)
      ?.replace(/(\.test)?\.ts$/, "") ?? file
  )
}

function cell(value: string | number): string {
  return String(value).replaceAll("|", "\\|")
}
