import type { NetDevice, XdpPlace } from "../../../../embedded/index.ts"
import { XDP_WORDS } from "../../../../kernel/index.ts"
import { CommandFailure, type Invocation } from "../../../run/invocation.ts"
import { deviceNamed } from "../device.ts"
import { readProgram } from "../read-program.ts"
import type { Words } from "../words.ts"
import { answers, refused } from "./answers.ts"
import type { IpOptions } from "./options.ts"

type Mode = "any" | "generic" | "native" | "offload"

const MODES: Readonly<Record<string, Mode>> = {
  xdp: "any",
  xdpgeneric: "generic",
  xdpdrv: "native",
  xdpoffload: "offload",
}

export function xdpModeOf(word: string): Mode | undefined {
  return Object.hasOwn(MODES, word) ? MODES[word] : undefined
}

/** "xdp obj FILE sec NAME", "xdp off" and their like. The file is read before the device is looked for, as ip does. */
export async function setXdp(
  call: Invocation,
  name: string,
  mode: Mode,
  words: Words,
  options: IpOptions,
): Promise<void> {
  const { kernel } = call.shell
  if (words.takes("off", "none")) {
    const device = deviceNamed(call, name)
    for (const place of ["native", "generic"] as const)
      if (mode === "any" || mode === place) {
        const refusal = device.xdp.clear(place)
        if (refusal) throw refused(refusal.words ?? "")
      }
    kernel.objects.collect()
    return
  }
  deviceNamed(call, name)
  const found = await readProgram(call, "xdp", words)
  if (typeof found === "string") throw new CommandFailure(`${found}\n`, 255)
  try {
    const device = deviceNamed(call, name)
    const place = placeOn(device, mode)
    const { attachment } = found
    const refusal = device.xdp.put({ attachment, place, by: "netlink", replaces: options.isForced })
    if (refusal?.words) throw refused(refusal.words)
    if (refusal) answers("EINVAL")
  } finally {
    await found.close()
  }
}

function placeOn({ hasXdp }: NetDevice, mode: Mode): XdpPlace {
  switch (mode) {
    case "any":
      return hasXdp ? "native" : "generic"
    case "generic":
      return "generic"
    case "native":
      if (!hasXdp) throw refused(XDP_WORDS.noDriver)
      return "native"
    case "offload":
      throw refused("This device takes no programs into its hardware")
    default:
      return mode satisfies never
  }
}
