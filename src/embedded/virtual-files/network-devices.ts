import type { KernelCore } from "../core.ts"
import type { Folder } from "../files/index.ts"
import type { NetDevice } from "../network/index.ts"
import { folderBy, folderOf, shown } from "./folder.ts"

const [ETHER, LOOPBACK] = [1, 772]

/** /sys/class/net of the namespace that the reader is in. */
export function netFolder({ network }: KernelCore): Folder {
  return folderBy(
    () => [...network.current.devices.values()].map(({ name }) => name),
    name => {
      const device = network.current.device(name)
      return device && { mode: 0o755, folder: deviceFolder(device) }
    },
  )
}

function deviceFolder(device: NetDevice): Folder {
  const line = (text: () => string | number) => shown(() => `${text()}\n`)
  return folderOf({
    address: line(() => [...device.mac].map(byte => byte.toString(16).padStart(2, "0")).join(":")),
    flags: line(() => `0x${device.object.number("flags").toString(16)}`),
    ifindex: line(() => device.index),
    mtu: line(() => device.mtu),
    operstate: line(() => (device.kind === "loopback" ? "unknown" : device.isUp ? "up" : "down")),
    type: line(() => (device.kind === "loopback" ? LOOPBACK : ETHER)),
  })
}
