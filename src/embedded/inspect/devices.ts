import { errnoName, errnoText } from "../../base/index.ts"
import {
  type DeviceFilter,
  type DeviceHooks,
  NetlinkError,
  noInterface,
  type XdpAttachMode,
} from "../../kernel/index.ts"
import { placeOn } from "../attach/xdp.ts"
import type { KernelCore } from "../core.ts"
import type { NetDevice } from "../network/index.ts"
import type { EmbeddedProgram } from "../programs/program.ts"

const MODES = { xdp: undefined, xdpgeneric: "generic", xdpdrv: "native", xdpoffload: "offload" } as const

/** Interfaces of the acting process's namespace, and the programs on them. Throws AttachError (ENODEV). */
export function deviceHooks(kernel: KernelCore, name: string | undefined): DeviceHooks[] {
  const devices =
    name === undefined ? [...kernel.network.current.devices.values()] : [deviceNamed(kernel, name)]
  return devices.map(device => ({
    index: device.index,
    name: device.name,
    xdp: xdpOf(device),
    isSeveral: false,
    filters: [...filtersOf(device, "ingress"), ...filtersOf(device, "egress")],
  }))
}

function xdpOf({ xdp }: NetDevice): DeviceHooks["xdp"] {
  if (xdp.native) return [{ mode: "driver", id: xdp.native.program.id }]
  return xdp.generic ? [{ mode: "generic", id: xdp.generic.program.id }] : []
}

/** Classifiers; a filter that only has an action is no BPF classifier. */
function filtersOf({ trafficControl }: NetDevice, side: "ingress" | "egress"): DeviceFilter[] {
  return trafficControl[side].filters
    .filter(({ kind }) => kind === "classifier")
    .map(({ attachment: { program }, label, action }) => ({
      kind: `clsact/${side}`,
      name: label ?? program.name,
      id: program.id,
      actions: action && [{ name: action.label, id: action.attachment.program.id }],
    }))
}

/** Puts a program on an interface as netlink does; undefined takes it off. Throws NetlinkError with the kernel's words. */
export function setXdp(
  kernel: KernelCore,
  name: string,
  mode: XdpAttachMode,
  program: EmbeddedProgram | undefined,
  replaces: boolean,
): void {
  const device = deviceNamed(kernel, name)
  const place = placeOn(device, MODES[mode])
  const refusal =
    typeof place === "object"
      ? place
      : program
        ? device.xdp.put({
            attachment: { program, cookie: 0n, offset: 0 },
            ...{ place, by: "netlink", replaces },
          })
        : device.xdp.clear(place)
  kernel.objects.collect()
  if (refusal) throw netlinkRefusal(refusal.number, refusal.words)
}

function netlinkRefusal(number: number, said: string | undefined): NetlinkError {
  const errno = errnoName(number)
  const text = errno ? errnoText(errno) : `error ${number}`
  return new NetlinkError(said === undefined ? text : `${text}: ${said}`, errno, { number, said })
}

function deviceNamed({ network }: KernelCore, name: string): NetDevice {
  const device = network.current.device(name)
  if (device) return device
  const names = [...network.current.devices.values()].map(each => each.name)
  throw noInterface(name, names)
}
