import type { AttachPointOf } from "../../../kernel/index.ts"
import type { KernelCore } from "../../core.ts"
import type { Attachment } from "../../tracing/hooks.ts"
import type { NetDevice } from "../device.ts"
import { ETH_P_IP } from "../headers.ts"
import { skbFacts } from "../run-on-skb.ts"
import type { Skb } from "../skb.ts"

export type NetfilterHook = AttachPointOf<"netfilter">["hook"]

interface Entry {
  readonly priority: number
  readonly attachment: Attachment
}

const FAMILY = { ipv4: 2, ipv6: 10 } as const
const NUMBER = { prerouting: 0, input: 1, forward: 2, output: 3, postrouting: 4 } as const
const NF_ACCEPT = 1
/** `struct bpf_nf_ctx`: two pointers. */
const CONTEXT_BYTES = 16

/** The BPF programs of a namespace's netfilter hooks, by family and hook. */
export class Netfilter {
  readonly #entries = new Map<string, Entry[]>()

  /** Undefined where a program with this priority stands: no two share one. The answer takes it off. */
  add(
    { family, hook, priority }: AttachPointOf<"netfilter">,
    attachment: Attachment,
  ): (() => void) | undefined {
    const entries = this.#entries.get(`${family} ${hook}`) ?? []
    if (entries.some(other => other.priority === priority)) return undefined
    this.#entries.set(`${family} ${hook}`, entries)
    const entry = { priority, attachment }
    entries.push(entry)
    entries.sort((a, b) => a.priority - b.priority)
    return () => {
      entries.splice(entries.indexOf(entry), 1)
    }
  }

  /** False when a program drops the packet. `input` and `output` are the devices that the hook knows. */
  accepts(
    kernel: KernelCore,
    skb: Skb,
    hook: NetfilterHook,
    devices: { readonly input?: NetDevice; readonly output?: NetDevice },
  ): boolean {
    const family = skb.protocol === ETH_P_IP ? "ipv4" : "ipv6"
    const entries = this.#entries.get(`${family} ${hook}`)
    if (!entries || entries.length === 0) return true
    const { memory, types } = kernel
    const state = types.create("nf_hook_state", {
      hook: NUMBER[hook],
      pf: FAMILY[family],
      in: devices.input?.object ?? 0,
      out: devices.output?.object ?? 0,
      sk: skb.owner?.object ?? 0,
      net: skb.device.namespace.object,
    })
    const context = memory.alloc(CONTEXT_BYTES)
    memory.view.setBigUint64(context, BigInt(state.address), true)
    memory.view.setBigUint64(context + 8, BigInt(skb.address), true)
    const isAccepted = [...entries].every(
      ({ attachment }) => (Number(kernel.run(attachment, context, skbFacts)) & 0xff) === NF_ACCEPT,
    )
    memory.free(context)
    state.free()
    return isAccepted
  }
}
