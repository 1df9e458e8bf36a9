import { errnoNumber, type LoadError, NotModelledError, VerifierError } from "../../base/index.ts"
import { type AttachTypeName, type Capability, effectiveAttachType } from "../../catalog/index.ts"
import { loadDefinition, loadRefusal } from "../../kernel/index.ts"
import type { ProgramSpec } from "../../object/index.ts"
import type { KernelProfile } from "../../profile/index.ts"
import {
  programFromObject,
  tracedFunction,
  type VerifierKernel,
  type VerifierProgram,
} from "../../verifier/index.ts"
import type { BpfLog } from "../bpf-log/index.ts"
import {
  type LoadAnswer,
  type LoadAttributes,
  type LoadingHost,
  type LogRequest,
  progLoad,
} from "../prog-load/index.ts"
import { hasKernelContext } from "../programs/kernel-context.ts"
import type { EmbeddedProgram, LoadedProgram, TraceTarget } from "../programs/program.ts"
import { executableOf } from "./executable.ts"
import { type GivenProgram, givenProgram } from "./given-program.ts"
import { KeptCode, usedMaps } from "./kept-code.ts"
import type { Resolution } from "./resolution.ts"
import { findTraceTarget } from "./trace-target.ts"

/** The kernel that takes programs in: at which time, and from whom. */
export interface ProgramLoadHost extends LoadingHost {
  readonly bpfLog: BpfLog | undefined
  readonly clock: { now(): bigint }
  readonly current: { readonly uid: number }
}

/** How programs are to be loaded, besides what their object says. */
export interface ProgramLoadOptions {
  readonly verify: boolean
  readonly logLevel: number
  readonly capabilities: ReadonlySet<Capability>
  /** Programs that others replace or watch functions of, by the others' names. */
  readonly targets: ReadonlyMap<string, ExtensionTarget>
}

/** A function of a loaded program. */
export interface ExtensionTarget {
  readonly program: EmbeddedProgram
  readonly function: string
  readonly start: number
}

const XDP_HAS_FRAGS = 1 << 5
const [SMALLEST_LOG, LARGEST_LOG] = [1 << 16, 1 << 24]
const RUN_ANYWAY =
  "Linux may take it: load it with `verify: false` (skep run --no-verify) to run it without the verifier"
const NO_LOG: LogRequest = { level: 0, size: 0 }

/** A kernel that may tell of each load. */
/** Loads one program as libbpf does: once, and when it is refused again with a log. Throws LoadError, VerifierError. */
export function loadProgram(
  program: ProgramSpec,
  id: number,
  resolution: Resolution,
  host: ProgramLoadHost,
  options: ProgramLoadOptions,
): LoadedProgram {
  const definition = loadDefinition(program)
  const extended = options.targets.get(program.name)
  const target = extended
    ? targetInProgram(program, extended, host.verifierKernel)
    : findTraceTarget(program, resolution.profile)
  const given = givenProgram(program, resolution)
  const attributes: LoadAttributes = {
    program: verifierProgram(program, given, resolution, host, extended),
    expectedAttachType: definition.attachType as AttachTypeName | undefined,
    capabilities: options.capabilities,
    verify: options.verify,
    log: NO_LOG,
  }
  const btfId = target && btfIdOf(target, resolution.profile)
  const load: Load = asked => {
    const answer = progLoad(asked, host)
    const { flags, instructions } = asked.program
    const { license, kernelVersion } = resolution.object
    host.bpfLog?.programLoaded(id, {
      ...{ spec: program, type: definition.programType, instructions: instructions.length, flags },
      ...{ license, kernelVersion },
      ...{ attachType: definition.attachType, btfId, log: asked.log, errno: answer.errno },
    })
    return answer
  }
  const answer = options.logLevel > 0 ? withLog(attributes, options.logLevel, load) : load(attributes)
  if (answer.errno !== 0) throw refusal(program, given, answer, attributes, { ...resolution, host, load })
  return {
    id,
    spec: program,
    type: definition.programType,
    executable: executableOf(program, given, resolution),
    verified: attributes.program,
    usdt: resolution.usdt,
    target,
    verifiedInstructions: answer.verifiedInstructions,
    reach: answer.reach,
    log: answer.log,
    code: new KeptCode(given, resolution),
    maps: usedMaps(given, resolution),
    btf: resolution.loadedBtf,
    loadTime: host.clock.now(),
    uid: host.current.uid,
  }
}

/** A function of another program: replaced by programs of type ext, watched by those of type tracing. */
function targetInProgram(
  { name, definition }: ProgramSpec,
  { program, function: wanted, start }: ExtensionTarget,
  kernel: VerifierKernel,
): TraceTarget {
  if (definition?.programType === "ext") return { kind: "ext", program, start }
  const seen = tracedFunction({ program: program.verified, function: wanted }, kernel)
  const args = seen?.signature.arguments ?? []
  const index = args.findIndex(({ kind }) => kind === "structure")
  const programType = typeInPlace(program.verified)
  if (index >= 0 && !hasKernelContext(programType))
    throw new NotModelledError(
      `prog '${name}': what is behind the context of a ${programType} program is not modelled by the embedded kernel yet`,
    )
  const on = definition?.attachType === "trace_fentry" ? "entry" : "return"
  return {
    ...{ kind: "program", program, start, on },
    shape: { count: args.length, context: index < 0 ? undefined : { index, programType } },
  }
}

/** The type of the program that one of type ext is a part of. */
function typeInPlace({ type, extension }: VerifierProgram): string {
  return type === "ext" && extension ? typeInPlace(extension.program) : type
}

function verifierProgram(
  program: ProgramSpec,
  { instructions, references }: GivenProgram,
  { object, mapFacts }: Resolution,
  { verifierKernel }: LoadingHost,
  extended: ExtensionTarget | undefined,
): VerifierProgram {
  const flags = program.definition?.fragments ? XDP_HAS_FRAGS : 0
  const given = { ...program, instructions, references }
  const found = programFromObject(object, given, mapFacts, verifierKernel, {
    flags,
    ...(extended && { extends: { program: extended.program.verified, function: extended.function } }),
  })
  if (!found) throw new Error(`BUG: program ${program.name} of a known section has no type`)
  return { ...found, attachType: effectiveAttachType(found.type, found.attachType) }
}

type Load = (attributes: LoadAttributes) => LoadAnswer

/** With a buffer that grows until the log fits. */
function withLog(attributes: LoadAttributes, level: number, load: Load): LoadAnswer {
  for (let size = SMALLEST_LOG; ; size *= 4) {
    const answer = load({ ...attributes, log: { level, size } })
    if (answer.errno !== errnoNumber("ENOSPC") || size >= LARGEST_LOG) return answer
  }
}

function refusal(
  program: ProgramSpec,
  { problems }: GivenProgram,
  answer: LoadAnswer,
  attributes: LoadAttributes,
  { profile, host, load }: Pick<Resolution, "profile"> & { readonly host: LoadingHost; readonly load: Load },
): LoadError {
  const log = answer.log || withLog(attributes, 1, load).log
  const { errno } = answer
  const kernel = {
    release: host.release,
    version: profile.version,
    since: (release: string) => host.since(release),
    hasConfig: true,
    config: (option: string) => profile.config(option),
    capabilities: () => attributes.capabilities,
    unprivilegedDisabled: host.unprivilegedDisabled,
  }
  const error = loadRefusal({ program, kind: program.definition, errno, log, problems }, kernel)
  if (errno !== errnoNumber("ENOTSUPP") || !(error instanceof VerifierError)) return error
  return new VerifierError(error.message, { errno: "ENOTSUPP", log, hint: RUN_ANYWAY })
}

/** What of the kernel's types a program is about: a function, or a tracepoint's typedef. */
function btfIdOf(target: TraceTarget, profile: KernelProfile): number | undefined {
  const btf = profile.btf()
  switch (target.kind) {
    case "fentry":
    case "modifyReturn":
    case "fexit":
      return btf.find(target.symbol.replace(/\..*$/, ""), "func")
    case "lsm":
      return btf.find(`bpf_lsm_${target.hook}`, "func")
    case "tp_btf":
      return btf.find(`btf_trace_${target.tracepoint}`, "typedef")
    case "ext":
    case "program":
      return undefined
    default:
      return target satisfies never
  }
}
