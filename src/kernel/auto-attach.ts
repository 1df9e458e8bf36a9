import { AttachError } from "../base/index.ts"
import type { ProgramSpec } from "../object/index.ts"
import type { AttachPoint } from "./attach-point.ts"

/**
 * Where a program's section name says it is attached, as libbpf's `bpf_program__attach` reads it. Undefined when
 * the section names no place ("xdp", "kprobe"): such a program is attached by hand. Throws AttachError (EINVAL)
 * for a section that starts like a place and is none.
 */
export function attachPointOf(program: ProgramSpec): AttachPoint | undefined {
  const { definition, target } = program
  if (!definition?.autoAttach) return undefined
  const name = definition.section
  switch (name) {
    case "kprobe":
    case "kretprobe":
      return target === "" ? undefined : probePoint(program, name === "kretprobe")
    case "ksyscall":
    case "kretsyscall":
      return target === "" ? undefined : { kind: "ksyscall", syscall: target, return: name === "kretsyscall" }
    case "uprobe":
    case "uprobe.s":
    case "uretprobe":
    case "uretprobe.s":
      return target === "" ? undefined : userProbePoint(program, name.startsWith("uretprobe"))
    case "kprobe.multi":
    case "kretprobe.multi":
    case "kprobe.session":
      return target === "" ? undefined : multiProbePoint(program, name)
    case "uprobe.multi":
    case "uprobe.multi.s":
    case "uretprobe.multi":
    case "uretprobe.multi.s":
    case "uprobe.session":
    case "uprobe.session.s":
      return target === "" ? undefined : multiUserProbePoint(program, name)
    case "usdt":
    case "usdt.s":
      return target === "" ? undefined : usdtPoint(program)
    case "iter":
    case "iter.s":
      return { kind: "iter" }
    case "tp":
    case "tp.s":
    case "tracepoint":
    case "tracepoint.s":
      return target === "" ? undefined : tracepointPoint(program)
    case "raw_tp":
    case "raw_tp.s":
    case "raw_tracepoint":
    case "raw_tracepoint.s":
    case "raw_tp.w":
    case "raw_tracepoint.w":
      return target === "" ? undefined : { kind: "rawTracepoint", name: target }
    default:
      // fentry, fexit, fmod_ret, tp_btf, lsm, freplace.
      return definition.autoAttach === "trace" || definition.autoAttach === "lsm"
        ? { kind: "trace" }
        : { kind: "section", section: program.section }
  }
}

const SYMBOL_WITH_OFFSET = /^([A-Za-z0-9_.]+)(?:\+(0x[0-9a-fA-F]+|\d+))?$/

function probePoint(program: ProgramSpec, isReturn: boolean): AttachPoint {
  const match = SYMBOL_WITH_OFFSET.exec(program.target)
  if (!match)
    throw new AttachError(`prog '${program.name}': kprobe name is invalid: ${program.target}`, {
      errno: "EINVAL",
      hint: "write kprobe/function or kprobe/function+offset",
    })
  const symbol = match[1] as string
  const offset = Number(match[2] ?? 0)
  if (!isReturn) return { kind: "kprobe", function: symbol, offset }
  if (offset !== 0)
    throw new AttachError(`prog '${program.name}': kretprobes do not support offset specification`, {
      errno: "EINVAL",
      hint: `write kretprobe/${symbol}: a function returns from any offset`,
    })
  return { kind: "kretprobe", function: symbol }
}

function userProbePoint(program: ProgramSpec, isReturn: boolean): AttachPoint {
  const colon = program.target.lastIndexOf(":")
  if (colon < 0) {
    const slash = program.target.lastIndexOf("/")
    const fixed = `${program.target.slice(0, slash)}:${program.target.slice(slash + 1)}`
    throw new AttachError(
      `prog '${program.name}': section '${program.section}' missing ':function[+offset]' specification`,
      { errno: "EINVAL", hint: `write ${program.section.split("/")[0]}/${fixed}` },
    )
  }
  const match = /^(.+?)(?:\+(0x[0-9a-fA-F]+|\d+))?$/.exec(program.target.slice(colon + 1))
  const offset = Number(match?.[2] ?? 0)
  if (isReturn && offset !== 0)
    throw new AttachError(`prog '${program.name}': uretprobes do not support offset specification`, {
      errno: "EINVAL",
      hint: `leave out +${match?.[2]}: a function returns from any offset`,
    })
  return {
    kind: isReturn ? "uretprobe" : "uprobe",
    binary: program.target.slice(0, colon),
    symbol: match?.[1] ?? "",
    offset,
  }
}

function multiProbePoint(program: ProgramSpec, section: string): AttachPoint {
  const isSession = section === "kprobe.session"
  if (!/^[A-Za-z0-9_.*?]+$/.test(program.target))
    throw new AttachError(
      `prog '${program.name}': kprobe ${isSession ? "session" : "multi"} pattern is invalid: ${program.target}`,
      { errno: "EINVAL", hint: "a function's name, in which * and ? stand for others" },
    )
  return {
    kind: "kprobeMulti",
    functions: program.target,
    ...(section === "kretprobe.multi" && { return: true }),
    ...(isSession && { session: true }),
  }
}

function multiUserProbePoint(program: ProgramSpec, section: string): AttachPoint {
  const colon = program.target.indexOf(":")
  if (colon <= 0 || colon === program.target.length - 1)
    throw new AttachError(
      `prog '${program.name}': invalid format of section definition '${program.section}'`,
      { errno: "EINVAL", hint: `write ${section}/<path>:<function pattern>` },
    )
  return {
    kind: "uprobeMulti",
    binary: program.target.slice(0, colon),
    functions: program.target.slice(colon + 1),
    ...(section.startsWith("uretprobe") && { return: true }),
    ...(section.startsWith("uprobe.session") && { session: true }),
  }
}

function usdtPoint(program: ProgramSpec): AttachPoint {
  const [binary, provider, name] = program.target.split(":")
  if (!binary || !provider || !name)
    throw new AttachError(
      `prog '${program.name}': invalid section '${program.section}', expected SEC("usdt/<path>:<provider>:<name>")`,
      { errno: "EINVAL" },
    )
  return { kind: "usdt", binary, provider, name }
}

function tracepointPoint(program: ProgramSpec): AttachPoint {
  const slash = program.target.indexOf("/")
  if (slash < 0)
    throw new AttachError(`prog '${program.name}': section '${program.section}' names no event`, {
      errno: "EINVAL",
      hint: "write tp/<category>/<event>, as in available_events with a slash for the colon",
    })
  return {
    kind: "tracepoint",
    category: program.target.slice(0, slash),
    name: program.target.slice(slash + 1),
  }
}
