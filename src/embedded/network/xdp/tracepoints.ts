import type { KernelCore } from "../../core.ts"
import type { RedirectTarget, TailTarget } from "../../maps/index.ts"
import type { KernelObject } from "../../memory/index.ts"
import { tracepoint } from "../../tracing/tracepoint.ts"
import type { NetDevice } from "../device.ts"
import { entryObject, programObject } from "./objects.ts"

const [XDP_TX, XDP_REDIRECT] = [3, 4]
/** The number of no map: the redirect names an interface. */
const NO_MAP = 0x7fff_ffff

/** A program and a device as tracepoints tell of them: by pointer to some programs, by number to others. */
interface Told {
  readonly object: { readonly address: number }
  readonly number: number
  readonly address: number
}

function told(object: { readonly address: number }, number: number): Told {
  return {
    object,
    number,
    get address() {
      return object.address
    },
  }
}

const exception = tracepoint(
  "xdp",
  "xdp_exception",
  (_kernel, device: Told, program: Told, action: number) => ({
    prog_id: program.number,
    act: action,
    ifindex: device.number,
  }),
)

/** A program said something that is not done, or that could not be done. */
export function xdpException(
  kernel: KernelCore,
  device: NetDevice,
  program: TailTarget,
  action: number,
): void {
  const object = programObject(kernel, program)
  exception(kernel, told(device.object, device.index), told(object, program.id), action)
  object.free()
}

type RedirectArguments = [Told, Told, Told, number, number, number, number]

const record = (
  _kernel: KernelCore,
  ...[device, program, to, errno, mapType, mapId, index]: RedirectArguments
) => ({
  prog_id: program.number,
  act: XDP_REDIRECT,
  ifindex: device.number,
  err: errno,
  to_ifindex: mapType === 0 && mapId === NO_MAP ? index : to.number,
  map_id: mapId,
  map_index: mapType === 0 && mapId === NO_MAP ? 0 : index,
})
const redirect = tracepoint<RedirectArguments>("xdp", "xdp_redirect", record)
const redirectError = tracepoint<RedirectArguments>("xdp", "xdp_redirect_err", record)

/** A packet goes elsewhere, or could not (a negative errno). */
export function xdpRedirect(
  kernel: KernelCore,
  device: NetDevice,
  program: TailTarget,
  target: RedirectTarget | undefined,
  errno: number,
): void {
  const object = programObject(kernel, program)
  const entry = target?.kind === "map" && target.to === "device" ? target.entry : undefined
  const to = entry && entryObject(kernel, entry)
  const fire = errno === 0 ? redirect : redirectError
  const [mapType, mapId] = target?.kind === "map" ? [target.mapType, target.mapId] : [0, target ? NO_MAP : 0]
  fire(
    kernel,
    told(device.object, device.index),
    told(object, program.id),
    told(to ?? NOTHING, entry?.device.index ?? 0),
    errno,
    mapType,
    mapId,
    target?.index ?? 0,
  )
  object.free()
  to?.free()
}

const NOTHING = { address: 0 }

const bulk = tracepoint(
  "xdp",
  "xdp_bulk_tx",
  (_kernel, device: Told, sent: number, drops: number, err: number) => ({
    ifindex: device.number,
    act: XDP_TX,
    drops,
    sent,
    err,
  }),
)

/** Frames that went back out of the device they came in on. */
export function xdpBulkTx(kernel: KernelCore, device: NetDevice, sent: number, errno: number): void {
  bulk(kernel, told(device.object, device.index), sent, 1 - sent, errno)
}

const devmap = tracepoint(
  "xdp",
  "xdp_devmap_xmit",
  (_kernel, from: Told, to: Told, sent: number, drops: number, err: number) => ({
    from_ifindex: from.number,
    act: XDP_REDIRECT,
    to_ifindex: to.number,
    drops,
    sent,
    err,
  }),
)

/** A frame that was redirected has reached its device, or not. */
export function xdpDevmapXmit(
  kernel: KernelCore,
  from: NetDevice,
  to: NetDevice,
  sent: number,
  errno: number,
): void {
  devmap(kernel, told(from.object, from.index), told(to.object, to.index), sent, 1 - sent, errno)
}

/** A packet that waits for another processor now, or found no room. */
export const xdpCpumapEnqueue = tracepoint(
  "xdp",
  "xdp_cpumap_enqueue",
  (kernel, map_id: number, processed: number, drops: number, to_cpu: number) => ({
    map_id,
    act: XDP_REDIRECT,
    cpu: kernel.memory.runningCpu,
    drops,
    processed,
    to_cpu,
  }),
)

const kthread = tracepoint(
  "xdp",
  "xdp_cpumap_kthread",
  (kernel, map_id: number, processed: number, drops: number, sched: number, stats: KernelObject) => ({
    map_id,
    act: XDP_REDIRECT,
    cpu: kernel.memory.runningCpu,
    drops,
    processed,
    sched,
    xdp_pass: stats.number("pass"),
    xdp_drop: stats.number("drop"),
    xdp_redirect: stats.number("redirect"),
  }),
)

/** Another processor has received a packet. */
export function xdpCpumapKthread(
  kernel: KernelCore,
  mapId: number,
  counts: { readonly pass: number; readonly drop: number; readonly redirect: number },
): void {
  const stats = kernel.types.create("xdp_cpumap_stats", counts)
  kthread(kernel, mapId, 1, 0, 1, stats)
  stats.free()
}
