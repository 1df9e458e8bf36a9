import { formatInstruction, type Instruction } from "../../isa/index.ts"
import { ARGUMENTS, type Comparison, compareEngines, type EngineCase } from "./compare-engines.ts"
import { shrink } from "./random/shrink.ts"
import { structuredProgram } from "./random/structured-program.ts"
import { Random, randomProgram } from "./random-program.ts"

/** Valid programs touch their frames and the data page only, and mostly end; wild ones do whatever they like. */
export type CampaignKind = "valid" | "wild"

export interface CampaignTally {
  /** Programs run, by how they ended: alike on all engines. */
  readonly ended: Record<"result" | "fault" | "out of fuel", number>
  /** Where a campaign would go on. */
  nextSeed: number
  /** The first program on which engines differ, and all that there is to know about it. */
  difference: string | undefined
}

/**
 * Runs programs from `seed` on, until `count` of them have ended alike on all engines (wild ones: ended in any way), or one
 * is a difference.
 */
export function runCampaign(kind: CampaignKind, count: number, seed = 1): CampaignTally {
  const tally: CampaignTally = {
    ended: { result: 0, fault: 0, "out of fuel": 0 },
    nextSeed: seed,
    difference: undefined,
  }
  const { ended } = tally
  const done = () => ended.result + ended.fault + (kind === "wild" ? ended["out of fuel"] : 0)
  while (done() < count) {
    const current = tally.nextSeed++
    const subject = campaignCase(kind, current)
    const comparison = compareEngines(subject)
    if (comparison.kind === "different") {
      tally.difference = describe(kind, current, subject, comparison)
      return tally
    }
    ended[comparison.kind]++
  }
  return tally
}

/** The same for the same seed, everywhere. */
export function campaignCase(kind: CampaignKind, seed: number): EngineCase {
  const random = new Random(Math.imul(seed, 0x9e37_79b1))
  const wild = kind === "wild"
  const program = () =>
    wild && random.chance(4)
      ? randomProgram(random, { wild, helpers: 8 })
      : structuredProgram(random, { wild })
  const args = ARGUMENTS.map(value => (random.chance(3) ? BigInt(random.below(2 ** 32)) : value))
  return { code: program(), next: program(), args, memory: seed }
}

function describe(kind: CampaignKind, seed: number, subject: EngineCase, comparison: Comparison): string {
  const isDifferent = (code: readonly Instruction[]) =>
    compareEngines({ ...subject, code }).kind === "different"
  const code = shrink(subject.code, isDifferent)
  const again = compareEngines({ ...subject, code })
  const sections = [
    `${kind} program of seed ${seed}`,
    report(comparison),
    `with fewer instructions: ${report(again)}`,
    listing(code),
    `r1 … r5: ${subject.args.join(", ")}`,
    "as it was:",
    listing(subject.code),
    "tail calls go to:",
    listing(subject.next),
  ]
  return sections.join("\n")
}

function report(comparison: Comparison): string {
  if (comparison.kind !== "different") return comparison.kind
  const outcomes = comparison.outcomes.map(
    ({ engine, result, fault, trespass }) =>
      `${engine}: ${fault ?? `0x${result?.toString(16)}`}${trespass === undefined ? "" : `, ${trespass}`}`,
  )
  return [...outcomes, ...(comparison.where === undefined ? [] : [comparison.where])].join("\n")
}

function listing(instructions: readonly Instruction[]): string {
  const lines = instructions.map((instruction, slot) =>
    instructions[slot - 1]?.opcode === 0x18 || isEmpty(instruction)
      ? undefined
      : `${slot}: ${formatInstruction(instructions, slot)}`,
  )
  return lines.filter(line => line !== undefined).join("\n")
}

/** What `shrink` leaves in place of an instruction. */
function isEmpty({ opcode, off }: Instruction): boolean {
  return opcode === 0x05 && off === 0
}
