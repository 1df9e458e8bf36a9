import { LoadError, NotModelledError } from "../../base/index.ts"
import { essentialName } from "../../btf/index.ts"
import { type KernelStructOps, structOpsRefusal } from "../../kernel/index.ts"
import type { StructOpsMap } from "../maps/index.ts"
import type { KernelTypes } from "../memory/index.ts"
import type { EmbeddedProgram } from "../programs/program.ts"
import type { CongestionControls } from "./congestion-controls.ts"

/** What operations are registered with. */
export interface StructOpsHost {
  readonly types: KernelTypes
  readonly congestionControls: CongestionControls
}

/** `enum bpf_struct_ops_state`: at work by the map itself, and by a link. */
const [IN_USE, READY] = [1, 3]

/** Puts the programs of a struct_ops map to work; the answer takes them back. Throws MapError, LoadError, NotModelledError. */
export function registerStructOps(
  host: StructOpsHost,
  { spec, value, members }: KernelStructOps,
  programs: Readonly<Record<string, EmbeddedProgram>>,
  map: StructOpsMap,
): () => void {
  const name = essentialName(spec.structOps?.typeName ?? "")
  if (name !== "tcp_congestion_ops")
    throw new NotModelledError(
      `map '${spec.name}': struct ${name} of programs is not modelled by the embedded kernel yet`,
    )
  const operations = new Map<string, EmbeddedProgram>()
  const shown = value.slice()
  const view = new DataView(shown.buffer)
  for (const { program, index, offset } of members) {
    const loaded = programs[program]
    if (!loaded)
      throw new LoadError(`map '${spec.name}': its prog '${program}' is not loaded (EBADF)`, {
        errno: "EBADF",
        hint: `load ${program} too`,
      })
    operations.set(memberName(host, name, index), loaded)
    view.setBigUint64(offset, BigInt(loaded.id), true)
  }
  const { congestionControls, types } = host
  const result = congestionControls.register(value.subarray(startOf(host, name)), types, operations)
  if (result < 0)
    throw structOpsRefusal(spec, spec.structOps?.link ? "be attached" : "be registered", -result)
  // One reference is that of the map's being at work, or its link's.
  view.setUint32(headOf(host, name, "refcnt"), 1, true)
  view.setUint32(headOf(host, name, "state"), spec.structOps?.link ? READY : IN_USE, true)
  return map.register({
    value: shown,
    programs: [...operations.values()],
    takeBack: () => congestionControls.unregister(operations),
  })
}

function memberName({ types }: StructOpsHost, struct: string, index: number): string {
  return types.btf.typeOf(types.layout(struct).id, "struct")?.members[index]?.name ?? ""
}

/** Where the struct itself begins in the value of its map, behind what the kernel counts there. */
function startOf({ types }: StructOpsHost, name: string): number {
  return types.layout(`bpf_struct_ops_${name}`).field("data").offset
}

/** Where the kernel counts; since 6.9 in a struct that all of them share. */
function headOf({ types }: StructOpsHost, name: string, field: "refcnt" | "state"): number {
  const layout = types.layout(`bpf_struct_ops_${name}`)
  return layout.field(layout.has(field) ? field : `common.${field}`).offset
}
