import { HELPERS, MAP_TYPES, PROGRAM_TYPES, type ProgramTypeRow } from "../../catalog/index.ts"
import type { Answer, FeatureReport, HelperAnswers, ProbeOptions } from "../../kernel/index.ts"
import { PROG_LOAD } from "../bpf/attributes.ts"
import type { Bpf } from "../bpf/bpf.ts"
import type { Machine } from "../machine/machine.ts"
import { interfaceIndex } from "../net/interfaces.ts"
import { HelperProbe } from "./helpers.ts"
import { hasMapType } from "./map-types.ts"
import { NO_MISC, probeMisc } from "./misc.ts"
import { requireCapabilities, withoutCapabilities } from "./privileges.ts"
import { hasProgramType } from "./program-types.ts"
import { readConfig, readSysctls } from "./system.ts"

const ENOSYS = 38
/** What cards take. */
const DEVICE_PROGRAMS = ["sched_cls", "xdp"]
const DEVICE_MAPS = ["hash", "array"]
/** A program that calls one of these makes the kernel write a warning to its log. */
const LOUD_HELPERS = ["bpf_trace_printk", "bpf_trace_vprintk", "bpf_probe_write_user"]

/**
 * Asks the machine's kernel what of BPF it has, by thousands of small loads: some seconds. Throws SkepError (EPERM) for
 * who is not privileged and does not ask to be so, and where there is no such device.
 */
export function probeFeatures(
  { bpf, machine }: { readonly bpf: Bpf; readonly machine: Machine },
  options: ProbeOptions = {},
): FeatureReport {
  const device = options.device === undefined ? undefined : interfaceIndex(bpf.native, options.device)
  const ask = (): FeatureReport => report(bpf, machine, device, options.full === true)
  if (options.unprivileged) return withoutCapabilities(bpf.native, ask)
  requireCapabilities(machine)
  return ask()
}

function report(bpf: Bpf, machine: Machine, device: number | undefined, full: boolean): FeatureReport {
  const isKernel = device === undefined
  const programTypes = PROGRAM_TYPES.filter(({ name }) => isKernel || DEVICE_PROGRAMS.includes(name))
  const mapTypes = MAP_TYPES.filter(({ name }) => isKernel || DEVICE_MAPS.includes(name))
  const system = {
    sysctls: isKernel ? readSysctls() : undefined,
    config: isKernel ? readConfig(machine) : undefined,
  }
  if (bpf.try("BPF_PROG_LOAD", PROG_LOAD, {}).result === -ENOSYS)
    return {
      ...system,
      hasSystemCall: false,
      programTypes: [],
      mapTypes: [],
      helpers: [],
      misc: NO_MISC,
    }
  const types = programTypes.map(row => ({ row, isAvailable: hasProgramType(bpf, row, device) }))
  return {
    ...system,
    hasSystemCall: true,
    programTypes: types.map(({ row, isAvailable }) => ({ name: row.name, isAvailable })),
    mapTypes: mapTypes.map(row => ({ name: row.name, isAvailable: hasMapType(bpf, row, device) })),
    helpers: types.map(({ row, isAvailable }) => helpersOf(bpf, row, isAvailable, { device, full })),
    misc: probeMisc(bpf, device),
  }
}

function helpersOf(
  bpf: Bpf,
  type: ProgramTypeRow,
  isTypeAvailable: boolean,
  { device, full }: { readonly device: number | undefined; readonly full: boolean },
): HelperAnswers {
  using probe = new HelperProbe(bpf, type, device)
  const asked = full ? HELPERS : HELPERS.filter(({ name }) => !LOUD_HELPERS.includes(name))
  const helpers: Answer[] = asked.map(({ name, id }) => ({
    name,
    isAvailable: isTypeAvailable && probe.has(id),
  }))
  return { programType: type.name, isTypeAvailable, helpers }
}
