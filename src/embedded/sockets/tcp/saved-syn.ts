import { concatBytes } from "../../../base/index.ts"
import type { KernelCore } from "../../core.ts"
import type { Skb } from "../../network/index.ts"

/** The headers of the segment that has asked for a connection, each with the ones behind it left out. */
export interface SavedSyn {
  /** Empty where only the others were to be kept. */
  readonly mac: Uint8Array
  readonly network: Uint8Array
  readonly transport: Uint8Array
}

/** TCP_SAVE_SYN: from the network header on, or all. */
const SAVE = { network: 1, all: 2 } as const
const LENGTH_AT = 12

/** The headers of a request that has just come in. */
export function synOf({ memory }: KernelCore, { context, transport }: Skb): SavedSyn {
  const [mac, network] = [context.header("mac"), context.header("network")]
  const size = (memory.view.getUint8(transport + LENGTH_AT) >> 4) * 4
  return {
    mac: memory.read(mac, network - mac),
    network: memory.read(network, transport - network),
    transport: memory.read(transport, size),
  }
}

/** What a listening socket keeps of it (`tcp_reqsk_record_syn`). */
export function keptSyn(syn: SavedSyn, saveSyn: number): SavedSyn | undefined {
  if (saveSyn === SAVE.all) return syn
  return saveSyn === SAVE.network ? { ...syn, mac: new Uint8Array(0) } : undefined
}

/** The headers one behind the other; none of what was not kept. */
export function savedSynBytes(syn: SavedSyn | undefined): Uint8Array {
  return syn ? concatBytes([syn.mac, syn.network, syn.transport]) : new Uint8Array(0)
}
