import { NotModelledError } from "../../base/index.ts"
import { helperAllowed } from "../../catalog/details.ts"
import {
  HELPERS,
  isSince,
  MAP_TYPES,
  PROGRAM_TYPES,
  type ProgramTypeName,
  type ProgramTypeRow,
} from "../../catalog/index.ts"
import {
  type FeatureReport,
  type HelperAnswers,
  PROBED_OPTIONS,
  type ProbeOptions,
} from "../../kernel/index.ts"
import type { EmbeddedKernel } from "../embedded-kernel.ts"

/** A probe cannot ask for helpers of these: they load only with a target, which is looked for first. */
const UNASKABLE: readonly string[] = ["tracing", "struct_ops", "ext", "lsm"]
/** A program that calls one of these makes Linux write a warning to its log. */
const LOUD_HELPERS = ["bpf_trace_printk", "bpf_trace_vprintk", "bpf_probe_write_user"]
/** What a program says that it is for, where its type wants to know. */
const ATTACH_TYPES = {
  cgroup_sock_addr: "cgroup_inet4_connect",
  cgroup_sockopt: "cgroup_getsockopt",
} as const
/** Types of maps that options of the kernel's build bring. */
const MAP_OPTIONS: Readonly<Record<string, string>> = {
  ...{ cgroup_storage: "CONFIG_CGROUP_BPF", percpu_cgroup_storage: "CONFIG_CGROUP_BPF" },
  ...{ inode_storage: "CONFIG_BPF_LSM", xskmap: "CONFIG_XDP_SOCKETS" },
}
/** net.core.bpf_jit_limit of the machines whose profiles are built in: a quarter of the room for modules. */
const JIT_LIMIT = 528482304

/** What this kernel has, from what its profile and the catalogue tell of it: nothing is loaded. Throws NotModelledError. */
export function embeddedFeatures(
  kernel: EmbeddedKernel,
  { device, full = false, unprivileged = false }: ProbeOptions,
): FeatureReport {
  if (device !== undefined)
    throw new NotModelledError("hardware that runs BPF programs is not modelled by the embedded kernel yet")
  if (unprivileged)
    throw new NotModelledError("a probe without privileges is not modelled by the embedded kernel yet")
  const { profile, isCompiling } = kernel
  const types = PROGRAM_TYPES.map(row => ({ row, isAvailable: hasProgramType(kernel, row) }))
  return {
    sysctls: {
      unprivilegedDisabled: kernel.unprivilegedBpfDisabled,
      jitEnable: isCompiling ? 1 : 0,
      jitHarden: 0,
      jitKallsyms: 1,
      jitLimit: JIT_LIMIT,
    },
    config: PROBED_OPTIONS.map(name => ({ name, value: profile.config(name) })),
    hasSystemCall: true,
    programTypes: types.map(({ row: { name }, isAvailable }) => ({ name, isAvailable })),
    mapTypes: MAP_TYPES.map(({ name, since }) => ({ name, isAvailable: hasMapType(kernel, name, since) })),
    helpers: types.map(({ row, isAvailable }) => helpersOf(kernel, row.name, isAvailable, full)),
    // Each came long before the oldest release that is modelled.
    misc: { largePrograms: true, boundedLoops: true, isaV2: true, isaV3: true },
  }
}

function hasProgramType({ profile }: EmbeddedKernel, { since, option }: ProgramTypeRow): boolean {
  return isSince(since, profile.release) && (option === undefined || profile.config(option) === "y")
}

function hasMapType({ profile }: EmbeddedKernel, name: string, since: string | undefined): boolean {
  const option = MAP_OPTIONS[name]
  return isSince(since, profile.release) && (option === undefined || profile.config(option) === "y")
}

function helpersOf(
  { profile }: EmbeddedKernel,
  programType: ProgramTypeName,
  isTypeAvailable: boolean,
  full: boolean,
): HelperAnswers {
  const attachType = ATTACH_TYPES[programType as keyof typeof ATTACH_TYPES]
  const caller = {
    programType,
    release: profile.release,
    sleepable: programType === "syscall",
    config: (option: string) => profile.config(option) !== undefined,
    ...(attachType && { attachType }),
  }
  const isAsked = isTypeAvailable && !UNASKABLE.includes(programType)
  const asked = full ? HELPERS : HELPERS.filter(({ name }) => !LOUD_HELPERS.includes(name))
  const helpers = asked.map(({ name }) => {
    const verdict = isAsked ? helperAllowed(name, caller) : undefined
    // A helper that is refused for anything but itself is known.
    const isKnown = verdict?.allowed || (verdict && !["unknown", "program"].includes(verdict.refusal))
    return { name, isAvailable: isKnown ?? false }
  })
  return { programType, isTypeAvailable, helpers }
}
