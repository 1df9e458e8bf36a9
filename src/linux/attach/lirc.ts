import { existsSync, openSync } from "node:fs"
import { type AttachPointOf, lircReason } from "../../kernel/index.ts"
import type { LoadedProgram } from "../load/load-program.ts"
import type { Attached, AttachHost } from "./attached.ts"
import { attachTo, EINVAL, requireType } from "./bpf-attachment.ts"
import { openPath } from "./open-path.ts"
import { refusal } from "./refusal.ts"

/** BPF_LIRC_MODE2 of enum bpf_attach_type. */
const BPF_LIRC_MODE2 = 16

/**
 * An infrared receiver, by BPF_PROG_ATTACH on its device: the kernel has no link for it. Stays beyond the life of this
 * process. Throws AttachError: EINVAL on kernels without BPF_LIRC_MODE2, ENOENT where the device is missing.
 */
export function attachToLirc(
  host: AttachHost,
  program: LoadedProgram,
  point: AttachPointOf<"lirc">,
): Attached {
  requireType(program, point, "lirc_mode2")
  if (host.machine.hasConfig && host.machine.config("CONFIG_BPF_LIRC_MODE2") !== "y")
    throw refusal(program, point, EINVAL, {
      said: "this kernel is built without CONFIG_BPF_LIRC_MODE2",
      hint: "build it with CONFIG_BPF_LIRC_MODE2=y and CONFIG_LIRC=y",
    })
  const fd = openPath(
    program,
    point,
    // Attaching asks for the right to write since 6.8.
    () => openSync(point.device, "r+"),
    existsSync("/sys/class/lirc")
      ? "ls /sys/class/lirc lists the receivers of this machine"
      : "this kernel has no infrared receivers (CONFIG_LIRC), or none is plugged in",
  )
  return attachTo(host, program, point, { fd, attachType: BPF_LIRC_MODE2, explain: lircReason })
}
