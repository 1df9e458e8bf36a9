import type { Errno } from "../base/index.ts"
import {
  attachType,
  isSince,
  kfunc,
  loadAcceptsAttachType,
  mapType,
  type ProgramTypeName,
  programType,
  type Release,
} from "../catalog/index.ts"
import { type Instruction, isLoad64, kernelSupport, operationOf } from "../isa/index.ts"
import { btfTargetName, type ObjectSpec, type ProgramSpec } from "../object/index.ts"
import type { KernelProfile } from "../profile/index.ts"
import { type Explanation, type SourceLine, sourceAt, type VerifierProgram } from "../verifier/index.ts"

/** Why a program does not come as far as the verifier. */
export interface LoadRefusal {
  readonly errno: Errno
  readonly message: string
  readonly explanation: Explanation
  /** The instruction that is to blame, if one is. */
  readonly at?: number
  readonly source?: SourceLine | undefined
}

export function refuse(
  errno: Errno,
  message: string,
  told: Omit<Explanation, "rule" | "chain">,
): LoadRefusal {
  return { errno, message, explanation: { rule: undefined, ...told, chain: [] } }
}

/** What libbpf finds in the object itself, before it asks a kernel of this machine. */
export function objectRefusal(
  object: ObjectSpec,
  { name, section, definition, problem }: ProgramSpec,
): LoadRefusal | undefined {
  if (object.byteOrder === "big")
    return refuse("EINVAL", `object ${object.name}: it is for big-endian machines, this one is not`, {
      what: "belongs to an object for big-endian machines",
      known: "kernels are known here as they are on x86",
      needs: "code and types in the byte order of the machine",
      fix: "compile it with -target bpf, or -target bpfel",
    })
  if (problem !== undefined)
    return refuse("EINVAL", `prog '${name}': ${problem}`, {
      what: "cannot be linked",
      known: problem,
      needs: "an object in which every call and every address leads somewhere",
    })
  if (definition === undefined)
    return refuse("EINVAL", `prog '${name}': missing BPF prog type, check ELF section name '${section}'`, {
      what: `stands in section ${section}`,
      known: "libbpf knows no section of that name",
      needs: "a section name that says what kind of program it is",
      fix: 'write SEC("xdp"), SEC("tp/sched/sched_switch") …: `skep explain SECTION` knows them all',
    })
  return undefined
}

/** A type of map that the release does not have: a loader makes maps first. */
export function mapRefusal(
  object: ObjectSpec,
  program: ProgramSpec,
  { release }: KernelProfile,
): LoadRefusal | undefined {
  for (const map of mapsOf(object, program)) {
    const kind = mapType(map.type)
    if (isSince(kind?.since, release)) continue
    const name = kind?.name ?? String(map.type)
    return refuse("EINVAL", `map '${map.name}': map type ${name} is not known to Linux ${release}`, {
      what: `uses map ${map.name} of type ${name}`,
      known: `Linux ${release} does not have that type`,
      needs: `Linux ${kind?.since ?? "newer"} or later`,
      since: `${name} came with Linux ${kind?.since ?? "a later release"}`,
    })
  }
  return undefined
}

/** What BPF_PROG_LOAD asks before the verifier: the type, and an attach type that belongs to it. */
export function typeRefusal(
  program: ProgramSpec,
  type: ProgramTypeName,
  attach: VerifierProgram["attachType"],
  profile: KernelProfile,
): LoadRefusal | undefined {
  const { release } = profile
  const row = programType(type)
  if (!isSince(row?.since, release))
    return refuse("EINVAL", `prog '${program.name}': program type ${type} is not known to Linux ${release}`, {
      what: `is of type ${type}`,
      known: `Linux ${release} does not have that type`,
      needs: `Linux ${row?.since ?? "newer"} or later`,
      since: `${type} came with Linux ${row?.since}`,
    })
  if (row?.option !== undefined && profile.config(row.option) !== "y")
    return refuse("EINVAL", `prog '${program.name}': BPF program load failed: Invalid argument`, {
      what: `is of type ${type}`,
      known: `Linux ${profile.version} was built without ${row.option}`,
      needs: `a kernel with ${row.option}`,
    })
  if (program.definition?.attachTypeOptional || loadAcceptsAttachType(type, attach, release)) return undefined
  const attachRow = attach === undefined ? undefined : attachType(attach)
  const late = attachRow && !isSince(attachRow.since, release)
  return refuse(
    "EINVAL",
    `prog '${program.name}': attach type ${attach ?? "none"} is not for programs of type ${type}${late ? ` on Linux ${release}` : ""}`,
    {
      what: `is loaded with expected attach type ${attach ?? "0"}`,
      known: `the program is of type ${type}`,
      needs: late ? `Linux ${attachRow.since ?? "newer"} or later` : "an attach type of that program type",
      ...(late && { since: `${attach} came with Linux ${attachRow.since ?? "a later release"}` }),
      fix: `\`skep explain ${type}\` lists the attach types`,
    },
  )
}

/** An instruction that came later than this kernel. */
export function instructionRefusal(
  { name, lines }: ProgramSpec,
  instructions: readonly Instruction[],
  release: Release,
): LoadRefusal | undefined {
  for (let at = 0; at < instructions.length; at++) {
    const needed = kernelSupport(operationOf(instructions, at))
    if (needed && !isSince(needed.since, release)) {
      const message = `prog '${name}': instruction ${at}: Linux ${release} does not know ${needed.what}`
      const told = {
        what: `uses ${needed.what}`,
        known: `Linux ${release} takes such an instruction for a damaged one`,
        needs: `Linux ${needed.since} or later`,
        since: `${needed.what} came with Linux ${needed.since}`,
        fix: "compile for an older instruction set: -mcpu=v3, or v2 for kernels before 5.1",
      }
      return { ...refuse("EINVAL", message, told), at, source: sourceAt(lines, at) }
    }
    if (isLoad64(instructions[at]!)) at++
  }
  return undefined
}

export function mapsOf(object: ObjectSpec, program: ProgramSpec) {
  const names = new Set(program.references.flatMap(each => ("map" in each ? [each.map] : [])))
  return object.maps.filter(map => names.has(map.name))
}

/** Kernel functions and variables that this kernel does not have, and for which the program has no other way. */
export function externRefusal(
  object: ObjectSpec,
  program: ProgramSpec,
  profile: KernelProfile,
): LoadRefusal | undefined {
  for (const reference of program.references) {
    if (!("extern" in reference)) continue
    const extern = object.externs.find(each => each.name === reference.extern)
    if (!extern || extern.weak || extern.kind === "kconfig") continue
    const { name } = extern
    if (extern.kind === "kfunc") {
      if (profile.btf().find(name, "func") !== undefined) continue
      return missingKfunc(program, name, profile.release)
    }
    if (profile.btf().find(name, "var") !== undefined || profile.symbols().find(name)) continue
    return refuse("ESRCH", `prog '${program.name}': extern (ksym) '${name}': not found in kernel symbols`, {
      what: `uses the kernel's variable ${name}`,
      known: `Linux ${profile.version} does not have it`,
      needs: "a symbol of the kernel",
      fix: "declare it __weak and test its address for NULL where a kernel may lack it",
    })
  }
  return undefined
}

function missingKfunc(program: ProgramSpec, name: string, release: Release): LoadRefusal {
  const row = kfunc(name)
  const since = row ? `${name} came with Linux ${row.since ?? "a later release"}` : undefined
  const gone = row?.until ? ` and went with ${row.until}` : ""
  return refuse(
    "ESRCH",
    `prog '${program.name}': extern (func ksym) '${name}': not found in kernel or module BTFs`,
    {
      what: `calls the kfunc ${name}`,
      known: `Linux ${release} does not have it: kfuncs come and go with releases`,
      needs: row?.since ? `Linux ${row.since} or later` : "a kernel that has it",
      ...(since && { since: since + gone }),
      fix: `declare it __weak and call it only where bpf_ksym_exists(${name}); libbpf and the verifier leave out the rest`,
    },
  )
}

/** What an fentry, fexit, fmod_ret, tp_btf, iter or lsm program is to stand on, and this kernel does not have. */
export function targetRefusal(program: ProgramSpec, profile: KernelProfile): LoadRefusal | undefined {
  const { name, target } = program
  if (target === "")
    return refuse("EINVAL", "Tracing programs must provide btf_id", {
      what: "names nothing to stand on",
      known: `its section is ${program.section}`,
      needs: "a kernel function, hook or tracepoint behind the slash",
      fix: `write SEC("${program.section}/<function>")`,
    })
  const { prefix } = btfTargetName(program)
  const near = prefix === "" ? profile.nearestFunctions(target) : []
  return refuse("ESRCH", `prog '${name}': failed to find kernel BTF type ID of '${target}': -3`, {
    what: `is to stand on ${target}`,
    known: `the types of Linux ${profile.version} have no ${prefix}${target}`,
    needs: "a function that this kernel has and did not inline",
    fix:
      near.length > 0 ? `near names: ${near.slice(0, 3).join(", ")}` : "look the name up in the kernel's BTF",
  })
}
