import type { KernelCore } from "../../core.ts"
import { runOnSkb } from "../run-on-skb.ts"
import type { Skb } from "../skb.ts"
import type { OrderedPrograms } from "./ordered-programs.ts"

/** What programs of netkit devices answer (NETKIT_…); all else drops the packet. */
export const NETKIT = { next: -1, pass: 0, drop: 2, redirect: 7 } as const

/** What the programs decide, one after another until one says more than "next"; without programs packets pass. */
export function decideNetkit(kernel: KernelCore, skb: Skb, programs: OrderedPrograms): number {
  let action: number = NETKIT.pass
  for (const attachment of [...programs.all]) {
    action = runOnSkb(kernel, skb.contextAddress, attachment)
    if (action !== NETKIT.next) break
  }
  return action
}
