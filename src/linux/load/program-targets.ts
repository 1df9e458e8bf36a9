import { errnoName, errorText } from "../../base/index.ts"
import { type LoadOptions, noTargetProgram, targetFunction } from "../../kernel/index.ts"
import type { ProgramSpec } from "../../object/index.ts"
import { OBJECT_ID } from "../bpf/attributes.ts"
import type { Bpf } from "../bpf/bpf.ts"
import { Descriptor } from "../ffi/descriptor.ts"
import { programInfo } from "../linux-program.ts"
import type { KernelTypes } from "../machine/kernel-types.ts"

/** A function of a loaded program that another program replaces or traces. */
export class ProgramTarget extends Descriptor {
  /** The function in the BTF of its program. */
  readonly btfId: number

  constructor(bpf: Bpf, fd: number, btfId: number) {
    super(bpf.native, fd)
    this.btfId = btfId
  }
}

/** What `targets` says of a program: undefined when nothing. Throws LoadError. */
export function programTarget(
  spec: ProgramSpec,
  { targets }: LoadOptions,
  host: { readonly bpf: Bpf; readonly types: KernelTypes },
): ProgramTarget | undefined {
  const target = targets?.[spec.name]
  if (!target) return undefined
  const name = target.function ?? spec.target
  const { result } = host.bpf.try("BPF_PROG_GET_FD_BY_ID", OBJECT_ID, { id: target.program.id }, 12)
  if (result < 0) throw noTargetProgram(spec.name, target.program.id, errorText(-result), errnoName(-result))
  const descriptor = new Descriptor(host.bpf.native, result)
  try {
    return new ProgramTarget(host.bpf, result, functionIn(host, spec, result, target.program.id, name))
  } catch (error) {
    descriptor.close()
    throw error
  }
}

function functionIn(
  { bpf, types }: { readonly bpf: Bpf; readonly types: KernelTypes },
  spec: ProgramSpec,
  fd: number,
  id: number,
  name: string,
): number {
  const info = programInfo(bpf, fd)
  const btf = info.btf_id === 0 ? undefined : types.byId(info.btf_id)
  return targetFunction(spec.name, id, btf, name)
}
