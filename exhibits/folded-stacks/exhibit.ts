import type { Exhibit, LoadedObject, RunningProgram } from "skep"
import { DESK } from "../programs/desk.ts"

interface Place {
  readonly pid: number
  readonly stack: number
  readonly command: string
}

const binary = "/tmp/skep-desk"

/** Samples by call stack, a line each: what flame graphs are drawn from. */
const foldedStacks: Exhibit = {
  title: "a profile as folded stacks, for a flame graph",
  setUp: world => world.install(binary, DESK),
  attach: { sample: { kind: "perfEvent", event: "cpu-clock", frequency: 200 } },
  async scenario({ world, object, links }) {
    const desk = await world.start(binary)
    await desk.call("desk_day", 400)
    await links.sample?.detach()
    const folded = await fold(object, desk)
    const most = Math.max(0, ...folded.values())
    return {
      // On a real kernel the program's start stands before it, and what the start's caller would have left.
      most: [...folded]
        .filter(([, count]) => count === most)
        .map(([line]) => line.replace(/(;\[unknown\])?;_start/, "")),
      isSampledOften: most >= 5,
    }
  },
  expected: { most: ["skep-desk;desk_day;desk_work"], isSampledOften: true },
}

/** "command;outermost;…;innermost" and how often it was found, of one process. */
async function fold({ maps }: LoadedObject, program: RunningProgram): Promise<Map<string, number>> {
  const folded = new Map<string, number>()
  for await (const [key, count] of maps.counts?.entries() ?? []) {
    const { pid, stack, command } = key as Place
    if (pid !== program.pid || stack < 0) continue
    const addresses = addressesOf((await maps.stacks?.get(stack)) as Uint8Array)
    const names = addresses.map(address => program.functionAt(address) ?? "[unknown]")
    const line = [command, ...names.toReversed()].join(";")
    folded.set(line, (folded.get(line) ?? 0) + Number(count))
  }
  return folded
}

function addressesOf(stack: Uint8Array): bigint[] {
  const words = new BigUint64Array(Uint8Array.from(stack).buffer)
  return [...words].filter(word => word !== 0n)
}

export default foldedStacks
