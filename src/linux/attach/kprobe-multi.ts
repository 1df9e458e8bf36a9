import { readFileSync } from "node:fs"
import { errnoName } from "../../base/index.ts"
import {
  type AttachPointOf,
  checkManyFunctions,
  isGlob,
  manyFunctionsHint,
  matchesGlob,
  noFunctionFits,
} from "../../kernel/index.ts"
import { LINK_CREATE } from "../bpf/attributes.ts"
import type { LoadedProgram } from "../load/load-program.ts"
import type { Machine } from "../machine/machine.ts"
import { type Attached, type AttachHost, attachError, named } from "./attached.ts"
import { linkOf } from "./tracing.ts"

const [TRACE_KPROBE_MULTI, TRACE_KPROBE_SESSION] = [42, 56]
const BPF_F_KPROBE_MULTI_RETURN = 1

/** kprobe.multi, kretprobe.multi, kprobe.session: many functions by a single link (5.18; sessions 6.10). */
export function attachKprobeMulti(
  host: AttachHost,
  program: LoadedProgram,
  point: AttachPointOf<"kprobeMulti">,
): Attached {
  const { functions, cookies, session = false } = point
  return named(program, () => {
    checkManyFunctions(point)
    const targets = targetsOf(host.machine, functions)
    const count = (targets.syms ?? targets.addrs ?? []).length
    const { result } = host.bpf.try("BPF_LINK_CREATE", LINK_CREATE.kprobeMulti, {
      prog_fd: program.descriptor.fd,
      attach_type: session ? TRACE_KPROBE_SESSION : TRACE_KPROBE_MULTI,
      multi_flags: point.return ? BPF_F_KPROBE_MULTI_RETURN : 0,
      cnt: count,
      ...targets,
      ...((cookies ?? point.cookie) && {
        cookies: cookies ?? Array.from({ length: count }, () => point.cookie ?? 0n),
      }),
    })
    if (result < 0) {
      // libbpf gives one errno for a function that is not there, however it was looked up.
      const errno = result === -ESRCH ? ENOENT : -result
      throw attachError(program, "failed to attach", errno, hintFor(host, program, point, errno))
    }
    return linkOf(host, point, result)
  })
}

const [ENOENT, ESRCH] = [2, 3]

/** What the kernel is told: names, or addresses where it gives them for a pattern. */
function targetsOf(
  machine: Machine,
  functions: string | readonly string[],
): { readonly syms?: readonly string[]; readonly addrs?: readonly bigint[] } {
  if (typeof functions !== "string") return { syms: functions }
  if (!isGlob(functions)) return { syms: [functions] }
  const addrs = matchingAddresses(machine, functions)
  if (addrs) return { addrs: found(functions, addrs) }
  // A name that two functions have is one that the kernel finds once.
  const names = new Set(
    machine.traceableFunctions()?.filter(name => matchesGlob(name, functions) && machine.hasSymbol(name)),
  )
  return { syms: found(functions, [...names]) }
}

/** available_filter_functions_addrs (6.5), where the kernel shows addresses. */
function matchingAddresses(machine: Machine, pattern: string): bigint[] | undefined {
  let text: string
  try {
    text = readFileSync(`${machine.tracefs}/available_filter_functions_addrs`, "latin1")
  } catch {
    return undefined
  }
  const addresses: bigint[] = []
  for (const line of text.split("\n")) {
    const [address, name] = line.split(" ")
    if (!name || !matchesGlob(name, pattern)) continue
    addresses.push(BigInt(`0x${address}`))
  }
  return addresses.includes(0n) ? undefined : addresses
}

function found<Target>(pattern: string, targets: readonly Target[]): readonly Target[] {
  if (targets.length > 0) return targets
  throw noFunctionFits(pattern)
}

function hintFor(
  { machine }: AttachHost,
  { spec }: LoadedProgram,
  point: AttachPointOf<"kprobeMulti">,
  errno: number,
): string | undefined {
  const facts = {
    version: machine.version,
    hasFprobe: machine.hasConfig
      ? machine.config("CONFIG_FPROBE") !== undefined
      : machine.hasSymbol("register_fprobe"),
    since: (release: string) => machine.since(release),
  }
  return manyFunctionsHint(facts, spec.definition?.attachType, point, errnoName(errno))
}
