import { decodeUtf8, errnoNumber } from "../../base/index.ts"
import type { KernelTypes } from "../memory/index.ts"
import type { EmbeddedProgram } from "../programs/program.ts"

/** How TCP keeps a network from congestion, by members of struct tcp_congestion_ops. */
export interface CongestionControl {
  readonly name: string
  /** Programs by member; none for those of the kernel's own. */
  readonly operations: ReadonlyMap<string, EmbeddedProgram>
}

/** What the kernel has built in, in the order in which it registers them. */
const BUILT_IN = ["reno", "cubic"]

/** Members that every congestion control has, and the two of which it needs one. */
const NEEDED = ["ssthresh", "undo_cwnd"]
const ONE_OF = ["cong_avoid", "cong_control"]

/** The congestion controls of TCP that may be chosen, in the order in which they were registered. */
export class CongestionControls {
  readonly #controls: CongestionControl[] = BUILT_IN.map(name => ({ name, operations: new Map() }))

  /** What new sockets get (net.ipv4.tcp_congestion_control). */
  readonly usual = { text: "cubic" }

  get names(): readonly string[] {
    return this.#controls.map(({ name }) => name)
  }

  /** One that programs implement, by its name. */
  find(name: string): CongestionControl | undefined {
    return this.#controls.find(each => each.name === name && each.operations.size > 0)
  }

  /** Adds one that programs implement, told by a struct of the kernel's layout. 0 or −errno. */
  register(value: Uint8Array, types: KernelTypes, operations: CongestionControl["operations"]): number {
    const { offset, size } = types.layout("tcp_congestion_ops").field("name")
    const bytes = value.subarray(offset, offset + size)
    const end = bytes.indexOf(0)
    const name = decodeUtf8(bytes.subarray(0, Math.max(end, 0)))
    const isWhole =
      NEEDED.every(member => operations.has(member)) && ONE_OF.some(member => operations.has(member))
    if (end <= 0 || !isWhole) return -errnoNumber("EINVAL")
    if (this.names.includes(name)) return -errnoNumber("EEXIST")
    this.#controls.push({ name, operations })
    return 0
  }

  unregister(operations: CongestionControl["operations"]): void {
    const at = this.#controls.findIndex(each => each.operations === operations)
    if (at >= 0) this.#controls.splice(at, 1)
  }
}
