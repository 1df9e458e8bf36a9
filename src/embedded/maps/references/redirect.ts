import type { TailTarget } from "../map-storage.ts"

/** A network device as maps hold it. */
export interface MapDevice {
  readonly index: number
  /** False once it was removed: maps let go of it. */
  readonly isThere: boolean
}

/** An element of a devmap: where frames go, past a program of its own. */
export interface DeviceEntry {
  readonly device: MapDevice
  readonly program: TailTarget | undefined
}

/** An element of a cpumap: the processor that receives the packets, after a program of its own. */
export interface CpuEntry {
  readonly cpu: number
  /** Packets that may wait. */
  readonly queue: number
  readonly program: TailTarget | undefined
}

/** Where a program wants its packet to go: bpf_redirect names an interface, bpf_redirect_map an element, or all of them. */
export type RedirectTarget =
  | { readonly kind: "interface"; readonly index: number }
  | ({ readonly kind: "map"; readonly mapId: number; readonly mapType: number; readonly index: number } & (
      | { readonly to: "device"; readonly entry: DeviceEntry }
      | { readonly to: "processor"; readonly entry: CpuEntry }
      | {
          readonly to: "all"
          readonly entries: () => readonly DeviceEntry[]
          readonly excludesIngress: boolean
        }
    ))

/** What a run leaves for the hook that it ran on (struct bpf_redirect_info). */
export interface RedirectInfo {
  target: RedirectTarget | undefined
}
