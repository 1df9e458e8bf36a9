import { errnoName } from "../../base/index.ts"
import type { Reason } from "./attach-refusal.ts"

/** Programs that one receiver holds at most. */
export const MOST_LIRC_PROGRAMS = 64

/** Why an infrared receiver refuses a program. */
export function lircReason(number: number): Reason {
  switch (errnoName(number)) {
    case "ENODEV":
    case "ENOTTY":
      return { said: "the device is no infrared receiver that takes raw pulses" }
    case "EEXIST":
      return { said: "this program is attached to the receiver already" }
    case "E2BIG":
      return { said: `the receiver holds as many programs as it can: ${MOST_LIRC_PROGRAMS}` }
    case "EINVAL":
      return { hint: "the kernel needs CONFIG_BPF_LIRC_MODE2=y" }
    default:
      return {}
  }
}
