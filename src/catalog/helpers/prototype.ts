import type { AttachTypeName } from "../attach-types.ts"
import type { ProgramTypeName } from "../program-types.ts"
import { compareReleases, type Release } from "../releases.ts"
import type { HelperArgument, HelperPrototype, PrototypeRow, PrototypeVariant } from "./prototype-kinds.ts"
import { CGROUP_PROTOTYPES } from "./prototypes/cgroups.ts"
import { MAP_PROTOTYPES } from "./prototypes/maps.ts"
import { OUTPUT_PROTOTYPES } from "./prototypes/output.ts"
import { PACKET_PROTOTYPES } from "./prototypes/packets.ts"
import { SOCKET_PROTOTYPES } from "./prototypes/sockets.ts"
import { SYSTEM_PROTOTYPES } from "./prototypes/system.ts"
import { TRACING_PROTOTYPES } from "./prototypes/tracing.ts"

/** Every helper's prototype, one row a helper, by families. */
export const HELPER_PROTOTYPES: readonly PrototypeRow[] = [
  ...MAP_PROTOTYPES,
  ...OUTPUT_PROTOTYPES,
  ...TRACING_PROTOTYPES,
  ...PACKET_PROTOTYPES,
  ...SOCKET_PROTOTYPES,
  ...CGROUP_PROTOTYPES,
  ...SYSTEM_PROTOTYPES,
]

/** The program for which a prototype is asked; what is left out matches no variant that depends on it. */
export interface PrototypeUser {
  readonly programType?: ProgramTypeName | undefined
  readonly attachType?: AttachTypeName | undefined
  readonly sleepable?: boolean | undefined
  readonly release?: Release | undefined
}

const rows = new Map(HELPER_PROTOTYPES.map(row => [row.name, row]))
const commonForms = new Map<string, HelperPrototype>()

/** The prototype of a helper ("bpf_map_lookup_elem"), as it holds for a program; undefined for an unknown name. */
export function helperPrototype(name: string, user: PrototypeUser = {}): HelperPrototype | undefined {
  const row = rows.get(name)
  if (!row) return undefined
  let prototype = commonForms.get(name)
  if (!prototype) {
    prototype = commonForm(row)
    commonForms.set(name, prototype)
  }
  for (const { when, ...change } of row.variants ?? [])
    if (matches(when, user)) prototype = { ...prototype, ...change }
  return prototype
}

/** A row with what it leaves out, and without its variants. */
function commonForm({ variants: _, ...row }: PrototypeRow): HelperPrototype {
  const details = {
    gplOnly: false,
    mightSleep: false,
    packetAccess: false,
    packetChanging: false,
    fastcall: false,
  }
  return { ...details, ...row }
}

function matches(when: PrototypeVariant["when"], user: PrototypeUser): boolean {
  if (when.programTypes && !(user.programType && when.programTypes.includes(user.programType))) return false
  if (when.attachTypes && !(user.attachType && when.attachTypes.includes(user.attachType))) return false
  if (when.sleepable && !user.sleepable) return false
  return !when.since || user.release === undefined || compareReleases(user.release, when.since) >= 0
}

/** A prototype as C: "long bpf_map_delete_elem(struct bpf_map *map, const void *key)". */
export function formatPrototype(prototype: Pick<HelperPrototype, "name" | "returns" | "arguments">): string {
  const list = prototype.arguments.map(declare).join(", ")
  return `${glue(prototype.returns.c, prototype.name)}(${list === "" ? "void" : list})`
}

function declare(argument: HelperArgument): string {
  return argument.kind === "variadic" ? "..." : glue(argument.c, argument.name)
}

function glue(type: string, name: string): string {
  return type.endsWith("*") ? `${type}${name}` : `${type} ${name}`
}
