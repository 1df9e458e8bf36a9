import { describe, expect, test } from "vitest"
import { answersOnEmbedded } from "./embedded-answers.ts"
import { type GoldenAnswers, golden, RELEASES } from "./golden.ts"
import { ANSWER_RUNS } from "./runs.mjs"

/** An address of the machine that recorded, in a line of the trace buffer: %pS of one that is no symbol. */
const RAW_ADDRESS = /0x[0-9a-f]{6,}/

describe.each(RELEASES)("helpers answer as on Linux %s:", release => {
  test.each(ANSWER_RUNS)("$object $name", async run => {
    const linux = golden<GoldenAnswers>(release, run.name)
    expect(linux.refusals).toBeUndefined()
    expect(linux.answers.length).toBeGreaterThan(0)
    const ours = await answersOnEmbedded(release, run)
    expect(ours.lines?.map(withoutAddress)).toEqual(linux.lines?.map(withoutAddress))
    expect(ours.samples).toEqual(linux.samples)
    expect(ours.answers.map(withoutLength)).toEqual(linux.answers.map(withoutLength))
  })
})

function withoutAddress(line: string): string {
  return line.replace(RAW_ADDRESS, "address")
}

/** The length of the one line that holds such an address. */
function withoutLength(answer: GoldenAnswers["answers"][number]): object {
  return answer.call.startsWith('bpf_printk("%pS') ? { ...answer, result: "length" } : answer
}
