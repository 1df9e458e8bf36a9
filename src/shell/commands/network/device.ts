import type { NetDevice, NetNamespace } from "../../../embedded/index.ts"
import { CommandFailure, type Invocation } from "../../run/invocation.ts"

/** The namespace that a command is in. */
export function namespaceOf({ shell, process }: Invocation): NetNamespace {
  return process.task.netns ?? shell.kernel.network.initial
}

/** The devices of a namespace by number. */
export function devicesOf(namespace: NetNamespace): NetDevice[] {
  return [...namespace.devices.values()].sort((a, b) => a.index - b.index)
}

/** Throws CommandFailure: what ip and tc say of one that is not there. */
export function deviceNamed(call: Invocation, name: string): NetDevice {
  const device = namespaceOf(call).device(name)
  if (!device) throw new CommandFailure(`Cannot find device "${name}"\n`)
  return device
}
