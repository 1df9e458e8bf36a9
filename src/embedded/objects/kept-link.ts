import type { LinkTypeName } from "../../catalog/index.ts"
import type { AttachPoint } from "../../kernel/index.ts"
import type { HeldDescriptor } from "../attach/held-descriptors.ts"
import type { MapStorage } from "../maps/index.ts"
import type { EmbeddedProgram } from "../programs/program.ts"

/** A BPF link as the kernel keeps it. */
export interface KeptLink {
  readonly id: number
  readonly type: LinkTypeName | undefined
  /** Of struct_ops links there is none, but a map. */
  readonly program: EmbeddedProgram | undefined
  readonly point: AttachPoint | undefined
  /** The struct_ops map, or what an iterator walks over. */
  readonly map: MapStorage | undefined
  /** False once BPF_LINK_DETACH took its program off the hook. */
  readonly isAttached: boolean
  /** The files that the process which attached it has open: of links on perf events that of the event first. */
  readonly descriptors: readonly HeldDescriptor[]
  /** Of an iterator: what its program writes about every object there is now. */
  readBytes?(): Uint8Array
  /** Takes the program off the hook, whoever still has the link. */
  takeOff(): void
}
