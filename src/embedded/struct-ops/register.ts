import { LoadError, NotModelledError } from "../../base/index.ts"
import { essentialName } from "../../btf/index.ts"
import { type KernelStructOps, structOpsRefusal } from "../../kernel/index.ts"
import type { KernelTypes } from "../memory/index.ts"
import type { EmbeddedProgram } from "../programs/program.ts"
import type { CongestionControls } from "./congestion-controls.ts"

/** What operations are registered with. */
export interface StructOpsHost {
  readonly types: KernelTypes
  readonly congestionControls: CongestionControls
}

/** Puts the programs of a struct_ops map to work; the answer takes them back. Throws MapError, LoadError, NotModelledError. */
export function registerStructOps(
  host: StructOpsHost,
  { spec, value, members }: KernelStructOps,
  programs: Readonly<Record<string, EmbeddedProgram>>,
): () => void {
  const name = essentialName(spec.structOps?.typeName ?? "")
  if (name !== "tcp_congestion_ops")
    throw new NotModelledError(
      `map '${spec.name}': struct ${name} of programs is not modelled by the embedded kernel yet`,
    )
  const operations = new Map<string, EmbeddedProgram>()
  for (const { program, index } of members) {
    const loaded = programs[program]
    if (!loaded)
      throw new LoadError(`map '${spec.name}': its prog '${program}' is not loaded (EBADF)`, {
        errno: "EBADF",
        hint: `load ${program} too`,
      })
    operations.set(memberName(host, name, index), loaded)
  }
  const { congestionControls, types } = host
  const result = congestionControls.register(value.subarray(startOf(host, name)), types, operations)
  if (result < 0)
    throw structOpsRefusal(spec, spec.structOps?.link ? "be attached" : "be registered", -result)
  return () => congestionControls.unregister(operations)
}

function memberName({ types }: StructOpsHost, struct: string, index: number): string {
  return types.btf.typeOf(types.layout(struct).id, "struct")?.members[index]?.name ?? ""
}

/** Where the struct itself begins in the value of its map, behind what the kernel counts there. */
function startOf({ types }: StructOpsHost, name: string): number {
  return types.layout(`bpf_struct_ops_${name}`).field("data").offset
}
