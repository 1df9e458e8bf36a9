import type { EmbeddedKernel, EmbeddedLink, EmbeddedObject } from "../../embedded/index.ts"
import { actionsOf, typeOfProgram, type Wire } from "../../kernel/index.ts"
import type { CapturedPacket } from "../../pcap/index.ts"
import { interfacePoint } from "./interface-point.ts"

/** What became of a capture's packets. */
export interface Replay {
  readonly interface: string
  readonly received: number
  /** What left the interface, with the clock's time in nanoseconds since 1970. */
  readonly sent: readonly { readonly time: bigint; readonly bytes: Uint8Array }[]
  /** How often each program returned what. */
  readonly verdicts: readonly Verdict[]
}

export interface Verdict {
  readonly program: string
  /** The UAPI's name of what it returned, or the number. */
  readonly action: string
  readonly count: number
}

/** Attaches the object's programs, those of packets to one interface. Throws AttachError. */
export async function attachTo({ programs }: EmbeddedObject, name: string): Promise<readonly EmbeddedLink[]> {
  const links: EmbeddedLink[] = []
  for (const program of Object.values(programs)) {
    const point = interfacePoint(program.spec, name)
    if (point) links.push((await program.attach(point)) as EmbeddedLink)
  }
  return links
}

/** The model's clock starts so many nanoseconds after boot; attaching takes less than the rest of a second. */
const BEFORE_FIRST = 11_000_000_000n

/** When the kernel has to have booted for the first packet's time to come. */
export function bootTimeFor(packets: readonly CapturedPacket[]): { readonly bootTime?: bigint } {
  const [first] = packets
  return first && first.time >= BEFORE_FIRST ? { bootTime: first.time - BEFORE_FIRST } : {}
}

/** Lets packets come in on an interface one after the other, each at its own time, as far as that does not lie back. */
export async function replay(
  { clock }: EmbeddedKernel,
  links: readonly EmbeddedLink[],
  { name, wire }: { readonly name: string; readonly wire: Wire },
  packets: readonly CapturedPacket[],
): Promise<Replay> {
  const counts = [...new Set(links.map(({ program }) => program))].map(program => ({
    program,
    results: program.countResults(),
  }))
  const wallTime = (): bigint => clock.bootTime + clock.now()
  // Captures that start with the clock's past, such as in 1970, keep the distances between their packets.
  const first = packets[0]?.time ?? 0n
  const shift = first < wallTime() ? wallTime() - first : 0n
  const sent: { time: bigint; bytes: Uint8Array }[] = []
  for (const { time, bytes } of packets) {
    const wait = time + shift - wallTime()
    if (wait > 0n) clock.advance(wait)
    wire.send(bytes)
    for (let frame = await wire.receive(); frame; frame = await wire.receive())
      sent.push({ time: wallTime() - shift, bytes: frame })
  }
  const verdicts = counts.flatMap(({ program, results }) => {
    const type = typeOfProgram(program.type)
    const actionOf = actionsOf({ name: program.name, type, attachType: program.attachType })
    return [...results].map(([value, count]) => ({
      program: program.name,
      action: actionOf(value) ?? String(value),
      count,
    }))
  })
  return { interface: name, received: packets.length, sent, verdicts }
}
