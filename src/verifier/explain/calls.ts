import {
  type HelperCaller,
  helperAllowed,
  helperGrantees,
  kfuncAllowed,
  kfuncGrantees,
} from "../../catalog/details.ts"
import {
  attachType as attachTypeRow,
  compareReleases,
  type HelperName,
  helper,
  kfunc,
  type Release,
} from "../../catalog/index.ts"
import { POISON_HELPER } from "../../object/index.ts"
import { helperCaller } from "../rules/helper-call.ts"
import { type Explainer, place, type Told } from "./failure.ts"

/** Helpers that this kernel does not know; among them the mark of CO-RE relocations that were not satisfied. */
export const explainHelperUnknown: Explainer = failure => {
  const { imm } = failure.instruction
  const { release } = failure.walk.kernel
  if (imm === POISON_HELPER)
    return {
      what: "uses a field, type or enumerator that this kernel does not have",
      known: `its CO-RE relocation found nothing in the types of Linux ${release}`,
      needs: "what the relocation names, in this kernel's BTF",
      fix: "guard it with bpf_core_field_exists(), bpf_core_type_exists() or bpf_core_enum_value_exists(): what is guarded is never reached",
    }
  const reference = failure.walk.program.references.get(failure.at)
  if (reference?.kind === "kfunc") return missingKfunc(reference.name, release)
  const row = helper(imm)
  if (!row)
    return {
      what: `calls helper ${imm}`,
      known: "no kernel that is known here has a helper of that number",
      needs: "a helper of this kernel",
      fix: "a call that the compiler could not resolve becomes such a call: declare the function, or link the object that defines it",
    }
  return {
    what: `calls ${row.name}`,
    known: `Linux ${release} does not have it`,
    needs: `Linux ${row.since ?? "newer"} or later`,
    since: sinceText(
      `${row.name} came with Linux ${row.since ?? "a later release"}`,
      granteesOf(row.name as HelperName),
    ),
    fix: `load it only on Linux ${row.since ?? "newer"} and later, or ask bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_${row.name.slice(4)}) before the call`,
  }
}

/** A weak kfunc that the kernel lacks: loaders put a helper in its place that no kernel has. */
function missingKfunc(name: string, release: Release): Told {
  const row = kfunc(name)
  return {
    what: `calls the kfunc ${name}`,
    known: `Linux ${release} does not have it, and the call can be reached`,
    needs: row?.since ? `Linux ${row.since} or later` : "a kernel that has it",
    ...(row && { since: `${name} came with Linux ${row.since ?? "a later release"}` }),
    fix: `call it only where bpf_ksym_exists(${name}): what is guarded is never reached`,
  }
}

/** A program type that may make a call, and since when where that is later than the call itself. */
interface Grantee {
  readonly name: string
  readonly since: Release | undefined
}

/** "…; for kprobe, tracing; since 6.10 for xdp, sched_cls too". */
function sinceText(first: string, grantees: readonly Grantee[]): string {
  // Sorting leaves undefined for last, whatever is compared.
  const late = [...new Set(grantees.flatMap(each => each.since ?? []))].sort(compareReleases)
  const releases = grantees.some(each => each.since === undefined) ? [undefined, ...late] : late
  const groups = releases.map(release => {
    const names = grantees.filter(each => each.since === release).map(each => each.name)
    return `${release === undefined ? "" : `since ${release} `}for ${[...new Set(names)].join(", ")}`
  })
  return [first, ...groups].join("; ")
}

function granteesOf(name: HelperName): Grantee[] {
  const all = helperGrantees(name)
  const types = [...new Set(all.map(each => each.programType))]
  return types.map(type => {
    const grants = all.filter(each => each.programType === type).map(each => each.grant)
    const since = grants.every(each => each.since !== undefined) ? grants[0]?.since : undefined
    const limits = grants.every(each => each.attachTypes !== undefined)
      ? [...new Set(grants.flatMap(each => each.attachTypes ?? []))]
      : []
    const shown = limits.length > 0 && limits.length < 5 ? ` (${limits.join(", ")})` : ""
    return { name: type + shown, since }
  })
}

export const explainHelperNotAllowed: Explainer = failure => {
  const { walk } = failure
  const name = failure.called as HelperName
  const caller = helperCaller(walk)
  const verdict = helperAllowed(name, caller)
  const newer = firstRelease(release => helperAllowed(name, { ...caller, release }).allowed)
  const because = verdict.allowed ? "" : verdict.because
  return {
    what: `calls ${name}`,
    known: `${programText(caller)} on Linux ${walk.kernel.release}`,
    needs: because || "a program that may call it",
    since: sinceText(`${name} came with Linux ${helper(name)?.since}`, granteesOf(name)),
    fix: newer
      ? `load it only on Linux ${newer} and later, or do without ${name} in ${caller.programType} programs`
      : `do without ${name} here, or move the call to a program that may make it and hand the result over in a map`,
  }
}

/** Releases in which something new may be called: those that the catalogue knows of. */
const RELEASES = Array.from({ length: 20 }, (_, minor) => `6.${minor}`)

function firstRelease(allows: (release: Release) => boolean): Release | undefined {
  return RELEASES.find(allows)
}

function programText({
  programType,
  attachType: attach,
  sleepable,
}: Pick<HelperCaller, "programType" | "attachType" | "sleepable">): string {
  // Some types are loaded with a number of no meaning to them.
  const attachType = attach && attachTypeRow(attach)?.programTypes.includes(programType) ? attach : undefined
  const kind = attachType ? `${programType}, attach type ${attachType}` : programType
  return `the program is of type ${kind}${sleepable ? ", sleepable" : ""}`
}

export const explainGplOnly: Explainer = failure => ({
  what: `calls ${failure.called}`,
  known: "the object's licence is not one that the kernel takes as compatible with the GPL",
  needs:
    "a licence section with GPL, GPL v2, GPL and additional rights, Dual BSD/GPL, Dual MIT/GPL or Dual MPL/GPL",
  fix: 'declare `char LICENSE[] SEC("license") = "GPL";` or "Dual BSD/GPL", if the program\'s licence is that, or do without the helper',
})

export const explainSleepable: Explainer = failure => ({
  what: `calls ${failure.called}, which may sleep`,
  known: "the program was loaded as one that never sleeps",
  needs: "a sleepable program",
  fix: "put it into a sleepable section (fentry.s, fexit.s, fmod_ret.s, lsm.s, iter.s, uprobe.s, kprobe.multi.s … where the hook allows it, or syscall), or use the form of it that does not sleep (bpf_probe_read_user for bpf_copy_from_user)",
})

export const explainKfuncNotAllowed: Explainer = failure => {
  const { walk } = failure
  const row = failure.called === undefined ? undefined : kfunc(failure.called)
  const { program, kernel } = walk
  const caller = {
    programType: program.type,
    attachType: program.attachType,
    release: kernel.release,
    sleepable: program.sleepable,
  }
  if (!row)
    return { what: "calls a kernel function", known: failure.message, needs: "a kfunc of this kernel" }
  const verdict = kfuncAllowed(row, caller)
  const newer = firstRelease(release => kfuncAllowed(row, { ...caller, release }).allowed)
  const callers = kfuncGrantees(row).map(({ programType, since, attachTypes }): Grantee => {
    const only = attachTypes ? ` (${attachTypes.join(", ")})` : ""
    const name = programType === "every" ? "every type" : programType
    return { name: name + only, since: since === row.since ? undefined : since }
  })
  return {
    what: `calls the kfunc ${row.name}`,
    known: `${programText(caller)} on Linux ${kernel.release}`,
    needs:
      verdict.allowed || verdict.refusal === "program"
        ? "a program of a type that may call it"
        : verdict.because,
    since: sinceText(
      `${row.name} came with Linux ${row.since ?? "a later release"}${row.until ? ` and went with ${row.until}` : ""}`,
      callers,
    ),
    fix: newer
      ? `load it only on Linux ${newer} and later; declare the kfunc __weak and test bpf_ksym_exists(${row.name}) where it may be missing`
      : `make the call in a program of a type that may, before ${place(failure)} is reached`,
  }
}
