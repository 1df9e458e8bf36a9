import { type BootOptions, bootKernel, type EmbeddedKernel } from "../embedded/index.ts"
import { programPaths } from "./commands/table.ts"

/** The machine's place in its network, and who else is there. */
export const MACHINE = {
  device: "eth0",
  addresses: ["10.0.2.15/24", "fd00::15/64"],
  gateway: { ipv4: "10.0.2.2", ipv6: "fd00::2" },
} as const

const GATEWAY_MAC = Uint8Array.of(0x52, 0x55, 0x0a, 0x00, 0x02, 0x02)

/** Boots a kernel and makes it the machine that a shell expects: eth0 with a neighbour that answers, programs, folders. */
export async function bootMachine(options: BootOptions = {}): Promise<EmbeddedKernel> {
  const kernel = await bootKernel(options)
  setUp(kernel)
  return kernel
}

function setUp({ network, files }: EmbeddedKernel): void {
  const { device, addresses, gateway } = MACHINE
  network.makeEthernet({ name: device, addresses }, network.farHost(GATEWAY_MAC, Object.values(gateway)))
  network.addRoute({ to: "0.0.0.0/0", interface: device, via: gateway.ipv4 })
  for (const path of programPaths()) {
    const folder = path.slice(0, path.lastIndexOf("/"))
    files.create(folder, { directory: true, mode: 0o755 })
    files.create(path, { mode: 0o755 })
  }
}
