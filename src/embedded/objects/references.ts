import type { KernelCore } from "../core.ts"
import {
  CpuMap,
  DeviceMap,
  type MapStorage,
  NestedMap,
  ProgArray,
  SocketMap,
  StructOpsMap,
} from "../maps/index.ts"
import type { EmbeddedProgram } from "../programs/program.ts"
import type { Attachment } from "../tracing/hooks.ts"

/** What a map keeps alive: other maps, and programs by id. */
export interface HeldByMap {
  readonly maps: readonly MapStorage[]
  readonly programs: readonly number[]
}

const NOTHING: HeldByMap = { maps: [], programs: [] }

export function heldByMap(map: MapStorage): HeldByMap {
  if (map instanceof NestedMap) return { maps: map.inner(), programs: [] }
  if (map instanceof ProgArray || map instanceof DeviceMap || map instanceof CpuMap)
    return { maps: [], programs: map.programIds() }
  if (map instanceof SocketMap)
    return { maps: [], programs: Object.values(map.programs).flatMap(each => each?.program.id ?? []) }
  if (map instanceof StructOpsMap)
    return { maps: [], programs: (map.registration?.programs ?? []).map(({ id }) => id) }
  return NOTHING
}

/**
 * What hooks keep by themselves: programs of devices, routes, control groups, namespaces, sockets and receivers, and
 * struct_ops maps whose programs are at work.
 */
export function* keptByHooks(kernel: KernelCore): Generator<EmbeddedProgram | MapStorage> {
  for (const { program } of attachments(kernel)) yield program
  for (const map of kernel.maps()) if (map instanceof StructOpsMap && map.registration) yield map
}

function* attachments({ network, cgroups, sockets, receivers }: KernelCore): Generator<Attachment> {
  for (const { devices, routes, programs } of network.namespaces()) {
    for (const { xdp, trafficControl } of devices.values()) {
      if (xdp.native) yield xdp.native
      if (xdp.generic) yield xdp.generic
      for (const { filters, tcx } of [trafficControl.ingress, trafficControl.egress]) {
        for (const { attachment, action } of filters) {
          yield attachment
          if (action) yield action.attachment
        }
        yield* tcx.all
      }
    }
    for (const { tunnel = {} } of routes.all()) yield* Object.values(tunnel)
    yield* programs.on("flow_dissector")
    yield* programs.on("sk_lookup")
  }
  for (const group of cgroups.all())
    for (const hook of group.programs.hooks())
      for (const { attachment } of group.programs.on(hook)?.entries ?? []) yield attachment
  for (const { filter, selector } of sockets.all()) {
    if (filter) yield filter
    if (selector) yield selector
  }
  for (const { programs } of receivers.all()) yield* programs
}
