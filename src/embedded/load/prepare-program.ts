import { LoadError, NotModelledError, RelocationError } from "../../base/index.ts"
import type { CoreResolver, TypeId } from "../../btf/index.ts"
import type { ExecutableProgram } from "../../engine/index.ts"
import type { Instruction } from "../../isa/index.ts"
import { applyCore, type ObjectSpec, type ProgramSpec, type Reference } from "../../object/index.ts"
import type { KernelProfile } from "../../profile/index.ts"
import { rememberTypes, type ValueLayout } from "../fields/index.ts"
import { ArenaMap, type MapStorage } from "../maps/index.ts"
import { perCpuAddress } from "../memory/per-cpu-section.ts"
import { POISON_KFUNC } from "../programs/poison.ts"
import type { LoadedProgram } from "../programs/program.ts"
import { findTraceTarget } from "./trace-target.ts"

/** Program types whose hooks the embedded kernel has, and those that it has test runs of. */
const MODELLED_TYPES = new Set([
  "kprobe",
  "tracepoint",
  "raw_tracepoint",
  "raw_tracepoint_writable",
  "tracing",
  "xdp",
  "sched_cls",
  "sched_act",
  "socket_filter",
  "cgroup_skb",
  "lwt_in",
  "lwt_out",
  "lwt_xmit",
  "lwt_seg6local",
  "flow_dissector",
  "sk_lookup",
  "syscall",
])

const EXCEPTION_CALLBACK = "exception_callback:"

/** The pseudo source register of a call of a kernel function (include/uapi/linux/bpf.h). */
const PSEUDO_KFUNC_CALL = 2

/** What a program's references may name. */
export interface Resolution {
  readonly profile: KernelProfile
  readonly object: ObjectSpec
  /** Shared by the object's programs: the same types are asked for again and again. */
  readonly core: CoreResolver | undefined
  /** Maps of the object by name. */
  readonly maps: ReadonlyMap<string, MapStorage>
  /** Where the object's types have special fields; undefined when it has no types. */
  readonly layoutOf: ((type: TypeId) => ValueLayout) | undefined
  /** Where a `.kconfig` extern's value lies. */
  kconfigAddress(name: string): number | undefined
}

/** Turns a program spec into something this kernel can run: type, target, CO-RE, maps and externs. */
export function prepareProgram(program: ProgramSpec, id: number, resolution: Resolution): LoadedProgram {
  const { object, profile } = resolution
  const { definition } = program
  if (!definition)
    throw new LoadError(
      `prog '${program.name}': missing BPF prog type, check ELF section name '${program.section}'`,
      {
        errno: "EINVAL",
        hint: "section names decide the program type: see `skep explain kprobe` for an example",
      },
    )
  if (program.problem !== undefined) throw new RelocationError(`prog '${program.name}': ${program.problem}`)
  if (!MODELLED_TYPES.has(definition.programType))
    throw new NotModelledError(
      `prog '${program.name}': program type ${definition.programType} is not modelled by the embedded kernel yet`,
      { hint: `modelled so far: ${[...MODELLED_TYPES].join(", ")}` },
    )
  const target = findTraceTarget(program, profile)
  const { instructions, problems } = applyCore(program, object, profile.btf(), resolution.core)
  const reasons = new Map(problems.map(problem => [problem.at, `${problem.relocation}: ${problem.reason}`]))
  const patched = [...instructions]
  for (const reference of program.references)
    resolveReference(patched, reference, program, resolution, reasons)
  const callback = exceptionCallback(program, object)
  const arena = arenaOf(program, resolution)
  const executable: ExecutableProgram = {
    instructions: patched,
    ...(callback !== undefined && { entries: [callback] }),
    ...(arena && { arena: arena.pages }),
    describe: slot => reasons.get(slot) ?? describeSlot(program, slot),
  }
  const { layoutOf } = resolution
  if (layoutOf) rememberTypes(executable, { layoutOf, exceptionCallback: callback })
  return { id, spec: program, type: definition.programType, executable, target }
}

/** The arena that a program uses. */
function arenaOf(program: ProgramSpec, resolution: Resolution): ArenaMap | undefined {
  for (const reference of program.references) {
    const map = "map" in reference ? mapOf(reference.map, resolution) : undefined
    if (map instanceof ArenaMap) return map
  }
  return undefined
}

/** The first slot of the function that an "exception_callback" tag gives the program. */
function exceptionCallback(program: ProgramSpec, { btf }: ObjectSpec): number | undefined {
  const id = btf?.find(program.name, "func")
  if (!btf || id === undefined) return undefined
  for (const tag of btf.ids()) {
    const type = btf.typeOf(tag, "decl_tag")
    if (type?.type !== id || !type.name.startsWith(EXCEPTION_CALLBACK)) continue
    const name = type.name.slice(EXCEPTION_CALLBACK.length)
    return program.functions.find(each => each.name === name)?.start
  }
  return undefined
}

/** "program.bpf.c:97: start(&event, 3);", for faults. */
function describeSlot(program: ProgramSpec, slot: number): string {
  const line = program.lines.findLast(line => line.at <= slot)
  return line ? `${line.file}:${line.line}: ${line.text.trim()}` : ""
}

function resolveReference(
  instructions: Instruction[],
  reference: Reference,
  program: ProgramSpec,
  resolution: Resolution,
  problems: Map<number, string>,
): void {
  const { at } = reference
  switch (reference.kind) {
    case "map":
      setImmediate(instructions, at, BigInt(mapOf(reference.map, resolution).address))
      break
    case "mapValue":
      setImmediate(instructions, at, BigInt(mapOf(reference.map, resolution).valueAddress(reference.offset)))
      break
    case "extern":
      setImmediate(instructions, at, externAddress(reference.extern, program, resolution))
      break
    case "kfunc":
      resolveKfunc(instructions, at, reference.extern, program, resolution, problems)
      break
    case "function":
      // The slot already holds the distance to the function; the engine reads it as a callback.
      break
    default:
      reference satisfies never
  }
}

function mapOf(name: string, resolution: Resolution): MapStorage {
  const map = resolution.maps.get(name)
  if (!map) throw new Error(`BUG: the object refers to map ${name}, which was not created`)
  return map
}

/** A call holds the function's id in the kernel's types; one that this kernel lacks must never be reached. */
function resolveKfunc(
  instructions: Instruction[],
  at: number,
  name: string,
  program: ProgramSpec,
  { profile, object }: Resolution,
  problems: Map<number, string>,
): void {
  const call = instructions[at]
  if (!call) throw new Error(`BUG: a call at slot ${at}, behind the end`)
  const id = profile.btf().find(name, "func")
  if (id !== undefined) {
    instructions[at] = { ...call, src: PSEUDO_KFUNC_CALL, off: 0, imm: id }
    return
  }
  if (!object.externs.find(extern => extern.name === name)?.weak) throw noSuchKfunc(program, name)
  instructions[at] = { ...call, src: 0, off: 0, imm: POISON_KFUNC }
  problems.set(at, `kfunc '${name}' is referenced but wasn't resolved`)
}

function noSuchKfunc(program: ProgramSpec, name: string): RelocationError {
  return new RelocationError(
    `prog '${program.name}': extern (func ksym) '${name}': not found in kernel or module BTFs (ESRCH)`,
    { errno: "ESRCH", hint: "declare it __weak and test it with bpf_ksym_exists where a kernel may lack it" },
  )
}

function externAddress(name: string, program: ProgramSpec, resolution: Resolution): bigint {
  const extern = resolution.object.externs.find(extern => extern.name === name)
  if (!extern) throw new Error(`BUG: the object refers to extern ${name}, which it does not declare`)
  if (extern.kind === "kconfig") return BigInt(resolution.kconfigAddress(name) ?? 0)
  if (extern.kind === "kfunc") {
    // Programs only ask whether it is there.
    const id = resolution.profile.btf().find(name, "func")
    if (id === undefined && !extern.weak) throw noSuchKfunc(program, name)
    return BigInt(id ?? 0)
  }
  const address =
    perCpuAddress(resolution.profile.btf(), name) ?? resolution.profile.symbols().find(name)?.address
  if (address !== undefined) return address
  if (extern.weak) return 0n
  throw new RelocationError(
    `prog '${program.name}': extern (ksym) '${name}': not found in kernel symbols (ESRCH)`,
    {
      errno: "ESRCH",
      hint: "declare it __weak and test it for NULL where a kernel may lack it",
    },
  )
}

/** Writes a 64-bit immediate into an `lddw`, which from here on is a plain number. */
function setImmediate(instructions: Instruction[], at: number, value: bigint): void {
  const low = instructions[at]
  const high = instructions[at + 1]
  if (!low || !high) throw new Error(`BUG: reference at slot ${at} is not a 64-bit load`)
  instructions[at] = { ...low, src: 0, imm: Number(BigInt.asIntN(32, value)) }
  instructions[at + 1] = { ...high, imm: Number(BigInt.asIntN(32, value >> 32n)) }
}
