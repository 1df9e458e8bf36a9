import type { Errno } from "../../base/index.ts"
import {
  type AttachTypeName,
  attachType,
  type Capability,
  compareReleases,
  missingToLoad,
  type ProgramTypeName,
  programType,
} from "../../catalog/index.ts"

/** What decides whether a kernel takes a program without looking at it. */
export interface LoadedKind {
  readonly programType: ProgramTypeName
  readonly attachType?: AttachTypeName | undefined
}

/** What the hint of a refused load depends on. */
export interface LoadingKernel {
  readonly release: string
  /** What `uname -r` prints. */
  readonly version: string
  /** True when the release is at least this one. */
  since(release: string): boolean
  /** Whether its configuration is known. */
  readonly hasConfig: boolean
  config(option: string): string | undefined
  /** What the loading process holds of the capabilities that BPF asks for. */
  capabilities(): ReadonlySet<Capability>
  /** The sysctl kernel.unprivileged_bpf_disabled is not 0. */
  readonly unprivilegedDisabled: boolean
}

/** What to do about a load that the kernel refused without a word in its log. */
export function loadHint(kind: LoadedKind, errno: Errno | undefined, machine: LoadingKernel): string {
  if (errno === "EPERM") return missingRights(kind.programType, machine)
  const { what, since } = newestOf(kind)
  const option = programType(kind.programType)?.option
  const isKnown = since !== undefined && machine.since(since)
  const isMissing = isKnown && option !== undefined && machine.config(option) !== "y"
  if (isMissing && machine.hasConfig)
    return `${machine.version} was built without ${option}: it has no ${what}`
  const needed = `${since === undefined ? "a later release" : `Linux ${since} or newer`}${isMissing ? ` and ${option}=y` : ""}`
  return `${what} need ${needed}, this is ${machine.release}; the kernel gave no further reason`
}

/** The type, or the attach type where that came later: 6.7 has sock_addr programs for UNIX sockets, 4.17 has others. */
function newestOf(kind: LoadedKind): { readonly what: string; readonly since: string | undefined } {
  const type = { what: `${kind.programType} programs`, since: programType(kind.programType)?.since }
  const attach = kind.attachType === undefined ? undefined : attachType(kind.attachType)
  if (!attach || type.since === undefined) return type
  if (attach.since !== undefined && compareReleases(attach.since, type.since) <= 0) return type
  return { what: `${type.what} of attach type ${attach.name}`, since: attach.since }
}

function missingRights(type: ProgramTypeName, machine: LoadingKernel): string {
  const missing = missingToLoad({
    programType: type,
    release: machine.release,
    capabilities: machine.capabilities(),
    unprivilegedDisabled: machine.unprivilegedDisabled,
  })
  return missing.length > 0
    ? `this process lacks ${missing.join(" and ")} to load ${type} programs (CAP_SYS_ADMIN stands for all)`
    : "the kernel is locked down, or refuses this kind of program for another reason"
}

/** Refusals of the verifier that the machine or an option of the kernel decides, and what to know of it. */
const OPTIONAL = [
  [
    /: the target('s (user_)?pt_regs has no match| has no struct (user_)?pt_regs)$/,
    "these are registers of another machine: compile the program for this one, with -D__TARGET_ARCH_arm64 or -D__TARGET_ARCH_x86",
  ],
  [
    / bpf_override_return#58/,
    "bpf_override_return is for kprobe programs, on kernels with CONFIG_BPF_KPROBE_OVERRIDE=y",
  ],
  [
    /is not modifiable$/,
    "fmod_ret takes security_ functions, and with CONFIG_FUNCTION_ERROR_INJECTION=y those that allow errors to be injected",
  ],
  [
    /is not sleepable$/,
    "sleepable programs take LSM hooks, and with CONFIG_FUNCTION_ERROR_INJECTION=y functions that allow errors to be injected",
  ],
] as const satisfies readonly (readonly [line: RegExp, hint: string])[]

/** What to do about a line of the verifier; undefined where the line says it all. */
export function verifierHint(line: string): string | undefined {
  return OPTIONAL.find(([pattern]) => pattern.test(line))?.[1]
}
