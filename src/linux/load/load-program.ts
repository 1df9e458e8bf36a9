import { LoadError } from "../../base/index.ts"
import type { CoreResolver } from "../../btf/index.ts"
import { attachType, type ProgramTypeName, programType } from "../../catalog/index.ts"
import { encodeInstructions } from "../../isa/index.ts"
import type { LoadableBtf } from "../../kernel/index.ts"
import { loadDefinition, loadRefusal, type UsdtSpecs } from "../../kernel/index.ts"
import { applyCore, kernelName, type ProgramSpec } from "../../object/index.ts"
import { PROG_LOAD } from "../bpf/attributes.ts"
import type { Bpf } from "../bpf/bpf.ts"
import { Descriptor } from "../ffi/descriptor.ts"
import { Scratch } from "../ffi/scratch.ts"
import type { Values } from "../ffi/structure.ts"
import { findBtfTarget } from "./btf-targets.ts"
import type { ProgramMember } from "./create-struct-ops.ts"
import type { Features } from "./features.ts"
import { type Resolution, resolveReferences } from "./resolve-references.ts"

const BPF_F_SLEEPABLE = 1 << 4
const BPF_F_XDP_HAS_FRAGS = 1 << 5
const ENOSPC = 28
const [SMALLEST_LOG, LARGEST_LOG] = [1 << 16, 1 << 24]

/** What loading a program needs to know. */
export interface ProgramPlan extends Resolution {
  readonly bpf: Bpf
  readonly features: Features
  readonly core: CoreResolver | undefined
  readonly btf: { readonly fd: number; readonly loadable: LoadableBtf } | undefined
  readonly usdt: UsdtSpecs
  /** For freplace and for fentry or fexit on programs: the descriptor of the program, and the type id in its BTF. */
  readonly attachProgram?: { readonly fd: number; readonly btfId: number } | undefined
  /** For struct_ops: what it is in the kernel's struct. */
  readonly member?: ProgramMember | undefined
}

export interface LoadedProgram {
  readonly spec: ProgramSpec
  readonly descriptor: Descriptor
  readonly type: ProgramTypeName
  readonly usdt: UsdtSpecs
}

/** Loads one program. Throws LoadError, RelocationError, and VerifierError with the kernel's log. */
export function loadProgram(program: ProgramSpec, plan: ProgramPlan): LoadedProgram {
  const definition = loadDefinition(program)
  const { instructions, problems } = applyCore(program, plan.object, plan.types.vmlinux, plan.core)
  const resolved = resolveReferences(program, instructions, plan)
  const values: Values<typeof PROG_LOAD> = {
    prog_type: programType(definition.programType)?.number ?? 0,
    insn_cnt: resolved.instructions.length,
    insns: encodeInstructions(resolved.instructions, true),
    license: plan.object.license,
    kern_version: plan.object.kernelVersion,
    ...(plan.features.names && { prog_name: kernelName(program.name) }),
    ...attachAttributes(program, plan),
    ...debugRecords(program, plan),
    ...(resolved.fdArray.length > 0 && { fd_array: resolved.fdArray }),
  }
  const { result } = plan.bpf.try("BPF_PROG_LOAD", PROG_LOAD, values)
  if (result >= 0)
    return {
      spec: program,
      descriptor: new Descriptor(plan.bpf.native, result),
      type: definition.programType,
      usdt: plan.usdt,
    }
  const reasons = new Map(problems.map(({ at, relocation, reason }) => [at, `${relocation}: ${reason}`]))
  const log = readLog(plan.bpf, values)
  throw loadRefusal({ program, kind: definition, errno: -result, log, problems: reasons }, plan.machine)
}

function attachAttributes(program: ProgramSpec, plan: ProgramPlan): Values<typeof PROG_LOAD> {
  const { definition } = program
  if (!definition) return {}
  if (definition.programType === "struct_ops") return memberAttributes(program, plan)
  const expected = definition.attachType && attachType(definition.attachType)
  const flags =
    (definition.sleepable ? BPF_F_SLEEPABLE : 0) | (definition.fragments ? BPF_F_XDP_HAS_FRAGS : 0)
  return {
    ...(expected && { expected_attach_type: expected.number }),
    ...(flags !== 0 && { prog_flags: flags }),
    ...(definition.attachByBtf && btfAttributes(program, plan)),
  }
}

function memberAttributes(program: ProgramSpec, { member }: ProgramPlan): Values<typeof PROG_LOAD> {
  if (!member)
    throw new LoadError(`prog '${program.name}': no struct_ops map of the object names it (EINVAL)`, {
      errno: "EINVAL",
      hint: 'put it into a member of a variable in SEC(".struct_ops")',
    })
  return {
    attach_btf_id: member.btfId,
    expected_attach_type: member.index,
    ...(member.module !== 0 && { attach_prog_fd: member.module }),
    ...(program.definition?.sleepable && { prog_flags: BPF_F_SLEEPABLE }),
  }
}

function btfAttributes(program: ProgramSpec, plan: ProgramPlan): Values<typeof PROG_LOAD> {
  if (plan.attachProgram)
    return { attach_btf_id: plan.attachProgram.btfId, attach_prog_fd: plan.attachProgram.fd }
  const { id, module } = findBtfTarget(program, plan.types)
  return { attach_btf_id: id, ...(module !== 0 && { attach_prog_fd: module }) }
}

/** `struct bpf_func_info` and `struct bpf_line_info`, for logs, tracing and global functions. */
function debugRecords({ funcInfo, lines }: ProgramSpec, { btf }: ProgramPlan): Values<typeof PROG_LOAD> {
  if (!btf) return {}
  const functions = Uint32Array.from(funcInfo.flatMap(({ at, type }) => [at, type]))
  const places = Uint32Array.from(
    lines.flatMap(({ at, file, text, line, column }) => [
      at,
      btf.loadable.stringOffset(file),
      btf.loadable.stringOffset(text),
      (line << 10) | column,
    ]),
  )
  return {
    prog_btf_fd: btf.fd,
    ...(funcInfo.length > 0 && {
      func_info_rec_size: 8,
      func_info_cnt: funcInfo.length,
      func_info: new Uint8Array(functions.buffer),
    }),
    ...(lines.length > 0 && {
      line_info_rec_size: 16,
      line_info_cnt: lines.length,
      line_info: new Uint8Array(places.buffer),
    }),
  }
}

/** Asks again with a log, in a buffer that grows until it fits. */
function readLog(bpf: Bpf, values: Values<typeof PROG_LOAD>): string {
  for (let size = SMALLEST_LOG; ; size *= 4) {
    using scratch = new Scratch(bpf.native)
    const { address, bytes } = scratch.allocate(size)
    const { result } = bpf.try("BPF_PROG_LOAD", PROG_LOAD, {
      ...values,
      log_level: 1,
      log_size: size,
      log_buf: address,
    })
    if (result >= 0) new Descriptor(bpf.native, result).close()
    if (result === -ENOSPC && size < LARGEST_LOG) continue
    const end = bytes.indexOf(0)
    return new TextDecoder().decode(bytes.subarray(0, end < 0 ? size : end))
  }
}
