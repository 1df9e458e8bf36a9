// The machines that QEMU emulates: one for each architecture of the kernels.
import { join } from "node:path"
import { cachedPackage } from "./debian-packages.mjs"

/** `busybox` gives the path of a static one that runs in the guest. */
const MACHINES = {
  x86_64: { qemu: "qemu-system-x86_64", board: "q35", console: "ttyS0", busybox: () => "/bin/busybox" },
  arm64: {
    qemu: "qemu-system-aarch64",
    board: "virt",
    console: "ttyAMA0",
    busybox: () => join(cachedPackage("busybox-static", "arm64"), "bin/busybox"),
  },
}

export function machineOf(architecture) {
  const machine = MACHINES[architecture]
  if (!machine)
    throw new Error(`no machine is known for ${architecture}: ${Object.keys(MACHINES).join(", ")}`)
  return machine
}
