import type { LoadedObject } from "skep"
import { PACKETS } from "./packet-inputs.ts"

/** Programs that every packet of packet-inputs.ts goes through: programs/packets-OBJECT.bpf.c. */
export const PACKET_PROGRAMS = [
  { object: "packets-strip", program: "strip" },
  { object: "packets-reflect", program: "reflect" },
  { object: "packets-nat", program: "nat" },
  { object: "packets-vlan", program: "access_port" },
  { object: "packets-tunnel", program: "tunnel" },
  { object: "packets-firewall", program: "firewall" },
  { object: "packets-route", program: "route" },
  { object: "packets-sample", program: "sample" },
  { object: "packets-flows", program: "flows" },
] as const

/** Words that a program notes. */
const NOTED = 8

/** What a kernel answers to each packet, in their order. */
export async function answersOf(
  object: Pick<LoadedObject, "programs" | "globals">,
  program: string,
): Promise<PacketAnswer[]> {
  const answers: PacketAnswer[] = []
  for (const { name, bytes } of PACKETS) {
    object.globals.noted = new Array<bigint>(NOTED).fill(0n)
    answers.push({ name, ...(await answerOf(object, program, bytes)) })
  }
  return answers
}

export interface PacketAnswer {
  readonly name: string
  /** The return code or the errno. */
  readonly result: string
  readonly packet: Uint8Array
  readonly noted: readonly bigint[]
}

async function answerOf(
  { programs, globals }: Pick<LoadedObject, "programs" | "globals">,
  program: string,
  bytes: Uint8Array,
): Promise<Omit<PacketAnswer, "name">> {
  try {
    const { result, action, packet } = await programs[program]!.run({ packet: bytes })
    return { result: action ?? String(result | 0), packet, noted: globals.noted as bigint[] }
  } catch (error) {
    // Not by its class: the build has one, the sources have another.
    const { errno } = error as { readonly errno?: string }
    if (errno === undefined) throw error
    return { result: errno, packet: new Uint8Array(0), noted: [] }
  }
}

/** An answer in a word: return code, length, and a sum of the packet's bytes and of what helpers answered. */
export function shortened({ result, packet, noted }: PacketAnswer): string {
  if (noted.length === 0) return result
  let sum = 0
  const add = (value: number): void => {
    sum = (Math.imul(sum, 31) + value + 1) >>> 0
  }
  packet.forEach(add)
  for (const word of noted) for (const byte of new Uint8Array(BigUint64Array.of(word).buffer)) add(byte)
  return `${result}:${packet.length}:${sum.toString(16)}`
}
