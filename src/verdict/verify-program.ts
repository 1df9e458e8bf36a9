import { type Errno, errnoName, RelocationError } from "../base/index.ts"
import { CoreResolver } from "../btf/index.ts"
import type { AttachTypeName, Capability, ProgramTypeName } from "../catalog/index.ts"
import { kconfigBytes, kconfigExterns } from "../kernel/index.ts"
import { applyCore, type CoreProblem, type ObjectSpec, type ProgramSpec } from "../object/index.ts"
import type { KernelProfile } from "../profile/index.ts"
import {
  type MapFacts,
  mapFacts,
  mapsMadeBy,
  programFromObject,
  sourceAt,
  type VerifierKernel,
  type VerifierResult,
  verifyProgram,
} from "../verifier/index.ts"
import { contextNotes } from "./context-notes.ts"
import {
  externRefusal,
  instructionRefusal,
  type LoadRefusal,
  mapRefusal,
  objectRefusal,
  targetRefusal,
  typeRefusal,
} from "./load-refusal.ts"
import { privilegeRefusal } from "./privilege-refusal.ts"
import type { ProgramReport } from "./program-report.ts"
import { structOpsRefusal } from "./struct-ops-refusal.ts"

export interface VerifyChoices {
  /** As `verifyProgram` takes it: what goes into the report's log. */
  readonly logLevel?: number
  /** What the loading process holds; everything unless told. */
  readonly capabilities?: readonly Capability[]
}

/** An object on one kernel: what its programs share. */
export interface ObjectOnKernel {
  readonly object: ObjectSpec
  readonly profile: KernelProfile
  readonly kernel: VerifierKernel
  readonly core: CoreResolver | undefined
  readonly maps: ReadonlyMap<string, MapFacts>
}

/** Throws RelocationError for a `.kconfig` extern that the kernel does not have. */
export function placeObject(object: ObjectSpec, profile: KernelProfile): ObjectOnKernel {
  const kernel: VerifierKernel = {
    release: profile.release,
    architecture: profile.architecture,
    btf: profile.btf(),
    config: option => profile.config(option) === "y",
    hasSymbol: name => profile.symbols().find(name) !== undefined,
    cpus: profile.facts.cpus,
  }
  const core = object.btf && new CoreResolver(object.btf, kernel.btf)
  return { object, profile, kernel, core, maps: mapFacts(object, kernel, kconfigContents(object, profile)) }
}

/** Which ways a program takes may depend on the kernel's configuration: what the loader fills the map of it with. */
function kconfigContents(object: ObjectSpec, profile: KernelProfile): ReadonlyMap<string, Uint8Array> {
  const map = object.maps.find(({ kind }) => kind === "kconfig")
  if (map === undefined) return new Map()
  const data = kconfigBytes(kconfigExterns(object), {
    release: profile.release,
    version: profile.version,
    config: option => profile.config(option),
    hasSymbol: name => profile.symbols().find(name) !== undefined,
  })
  return new Map([[map.name, data]])
}

/** Everything between an object file and the end of BPF_PROG_LOAD, for one program. */
export function verifyOn(
  place: ObjectOnKernel,
  program: ProgramSpec,
  choices: VerifyChoices = {},
): ProgramReport {
  const report = verdictOn(place, program, choices)
  const { programType } = report
  const notes = programType ? contextNotes(place.object, program, programType, place.profile) : []
  return notes.length > 0 ? { ...report, notes } : report
}

function verdictOn(place: ObjectOnKernel, program: ProgramSpec, choices: VerifyChoices): ProgramReport {
  const { object, profile, kernel } = place
  const early = objectRefusal(object, program)
  if (early) return refused(place, program, early)
  const type = program.definition!.programType as ProgramTypeName
  // As a loader goes on: maps, externs, and only then the program itself.
  const missing =
    mapRefusal(object, program, profile) ??
    structOpsRefusal(object, program, profile) ??
    externRefusal(object, program, profile)
  if (missing) return refused(place, program, missing)
  const wrongType = typeRefusal(program, type, attachOf(program), profile)
  if (wrongType) return refused(place, program, wrongType)
  const capabilities = choices.capabilities && new Set(choices.capabilities)
  const withheld = privilegeRefusal(object, program, type, profile.release, capabilities)
  if (withheld) return refused(place, program, withheld)
  let code: ReturnType<typeof applyCore>
  try {
    code = applyCore(program, object, kernel.btf, place.core)
  } catch (error) {
    if (!(error instanceof RelocationError)) throw error
    return refused(place, program, relocationRefusal(error))
  }
  const unknown = instructionRefusal(program, code.instructions, profile.release)
  if (unknown) return refused(place, program, unknown)
  const facts = programFromObject(
    object,
    { ...program, instructions: code.instructions },
    mapsMadeBy(capabilities, place.maps),
    kernel,
  )!
  if (program.definition!.attachByBtf && type !== "ext" && facts.target === undefined)
    return refused(place, program, targetRefusal(program, profile)!)
  const started = performance.now()
  const asked = { capabilities, explain: true }
  let result = verifyProgram(facts, kernel, { ...asked, logLevel: choices.logLevel ?? 0 })
  const milliseconds = performance.now() - started
  const log = result.log
  // The log of a refusal says more than its last line: it is written when it is needed.
  if (result.verdict === "reject" && !(choices.logLevel ?? 0))
    result = verifyProgram(facts, kernel, { ...asked, logLevel: 1 })
  return reportOf(place, program, code.problems, result, log, milliseconds)
}

function attachOf(program: ProgramSpec): AttachTypeName | undefined {
  return program.definition?.attachType as AttachTypeName | undefined
}

function relocationRefusal(error: RelocationError): LoadRefusal {
  return {
    errno: error.errno ?? "EINVAL",
    message: error.message,
    explanation: {
      rule: undefined,
      what: "cannot be fitted to this kernel's types",
      known: error.message,
      needs: "types that agree with the kernel's where the program asks for them",
      ...(error.hint !== undefined && { fix: error.hint }),
      chain: [],
    },
  }
}

function refused(
  place: ObjectOnKernel,
  program: ProgramSpec,
  { errno, message, explanation, at, source }: LoadRefusal,
): ProgramReport {
  return {
    ...headOf(program, place.profile.name),
    basis: "verified",
    verdict: "reject",
    errno,
    message,
    details: [],
    instruction: at,
    source,
    explanation,
    log: "",
    stats: undefined,
  }
}

export function headOf(program: ProgramSpec, release: string) {
  return {
    program: program.name,
    section: program.section,
    programType: program.definition?.programType as ProgramTypeName | undefined,
    attachType: attachOf(program),
    release,
  }
}

function reportOf(
  { profile }: ObjectOnKernel,
  program: ProgramSpec,
  problems: readonly CoreProblem[],
  result: VerifierResult,
  log: string,
  milliseconds: number,
): ProgramReport {
  const { verdict, message, instruction, explanation } = result
  const refused = verdict !== "accept"
  const missing = verdict === "reject" ? problems.find(each => each.at === instruction) : undefined
  return {
    ...headOf(program, profile.name),
    basis: "verified",
    verdict,
    errno: refused ? errnoOf(result) : undefined,
    message,
    details: verdict === "reject" ? lastWords(result.log) : [],
    instruction: refused ? instruction : undefined,
    source: refused ? sourceAt(program.lines, instruction) : undefined,
    explanation:
      explanation && missing
        ? { ...explanation, known: `${missing.relocation}: ${missing.reason}` }
        : explanation,
    log,
    stats: {
      processed: result.stats.processed,
      totalStates: result.stats.totalStates,
      peakStates: result.stats.peakStates,
      maxStatesPerInsn: result.stats.maxStatesPerInsn,
      stackDepth: result.stats.stackDepth,
      milliseconds: Math.round(milliseconds * 100) / 100,
    },
  }
}

function errnoOf({ errno }: VerifierResult): Errno | undefined {
  return errnoName(errno)
}

/** The lines of a log behind the last instruction, without source lines and statistics. */
function lastWords(log: string): string[] {
  const lines = log.trimEnd().split("\n")
  const last = lines.findLastIndex(line => /^\d+: \(/.test(line))
  return lines
    .slice(last + 1)
    .filter(
      line => !/^(processed \d+ insns|stack depth|; |mark_precise|from \d+ to)/.test(line) && line !== "",
    )
}
