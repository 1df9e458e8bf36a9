import { type AttachPoint, attachPointOf } from "../../kernel/index.ts"
import type { ProgramSpec } from "../../object/index.ts"

/** Where a program stands when packets come in on one interface: there, by its section's name, or where that says by itself. */
export function interfacePoint(spec: ProgramSpec, name: string): AttachPoint | undefined {
  const section = spec.definition?.section ?? ""
  const direction = section.endsWith("/egress") ? "egress" : "ingress"
  switch (section.split("/")[0]) {
    case "xdp":
    case "xdp.frags":
      return section.includes("/") ? undefined : { kind: "xdp", interface: name }
    case "tcx":
      return { kind: "tcx", interface: name, direction }
    case "tc":
    case "classifier":
    case "action":
      return { kind: "tc", interface: name, direction }
    default:
      return attachPointOf(spec)
  }
}
