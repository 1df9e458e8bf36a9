#!/usr/bin/env node
// node test/kernel/write-packet-answers.mjs: writes suite/packet-answers.ts from what the guests of the last run of `200 packets` answered.
import { readFileSync, writeFileSync } from "node:fs"

const answersOf = release => {
  const url = new URL(`../../.cache/kernel-results/${release}/packet-runs.json`, import.meta.url)
  const runs = Object.entries(JSON.parse(readFileSync(url, "utf8")))
  return Object.fromEntries(runs.map(([program, answers]) => [program, answers.map(({ short }) => short)]))
}
const [answers, old] = [answersOf("6.12"), answersOf("6.1")]
const PER_LINE = 5

/** Answers, a few a line. */
function table(entries) {
  const lines = []
  for (let at = 0; at < entries.length; at += PER_LINE) lines.push(entries.slice(at, at + PER_LINE).join(" "))
  return `\`\n${lines.join("\n")}\n\``
}
const differing = program =>
  old[program].flatMap((answer, index) => (answer === answers[program][index] ? [] : [`${index}=${answer}`]))
const object = (programs, entries) => `{
${programs.map(program => `  ${program}: ${table(entries(program))},`).join("\n")}
}`
const programs = Object.keys(answers)
writeFileSync(
  new URL("suite/packet-answers.ts", import.meta.url),
  `// Written by test/kernel/write-packet-answers.mjs: what Linux 6.12 answers to each packet of packet-inputs.ts, in their order.
const ANSWERS: Readonly<Record<string, string>> = ${object(programs, program => answers[program])}

/** Where 6.1 answers otherwise: the packet's number first. */
const OLD_ANSWERS: Readonly<Record<string, string>> = ${object(
    programs.filter(program => differing(program).length > 0),
    differing,
  )}

/** What a kernel of a release answers to all packets that go through a program. */
export function packetAnswersOn(release: string, program: string): string[] {
  const answers = words(ANSWERS[program])
  if (release === "6.1")
    for (const word of words(OLD_ANSWERS[program])) {
      const [index, answer] = word.split("=")
      answers[Number(index)] = answer!
    }
  return answers
}

const words = (text = ""): string[] => text.split(/\\s+/).filter(word => word !== "")
`,
)
