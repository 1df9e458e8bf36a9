import { type ContextAnswer, contextAccess, contextFields, contextType } from "../../catalog/details.ts"
import { CLASS, classOf, MODE, modeOf } from "../../isa/index.ts"
import type { Walk } from "../walk/walk.ts"
import { bytes, type Explainer, type Failure, type MemoryAccess } from "./failure.ts"

/** The catalogue decides what of a context may be accessed, so it also knows why not. */
export const explainContextAccess: Explainer = failure => {
  const { walk, access, held } = failure
  const { program } = walk
  const kind = contextType(program.type)
  const words = program.target
    ? `the ${program.target.signature.arguments.length} arguments of ${program.target.signature.name}, eight bytes each`
    : kind
  const shown = `r${access?.base ?? failure.register} is the context of ${programText(walk)}: ${words}`
  if (!access || !held)
    return { what: "uses the context", known: shown, needs: `an access that ${kind} allows` }
  const offset = access.offset + held.off
  const answer = ask(failure, access, offset)
  const field = answer.allowed ? undefined : answer.field
  const name = field ? `, field ${field.name}` : ""
  return {
    what: `${access.kind === "read" ? "reads" : "writes"} ${bytes(access.size)} at offset ${offset} of the context${name}`,
    known: shown,
    needs: answer.allowed ? "an access that the context allows" : answer.reason,
    fix: fixOf(walk, answer, offset, access),
  }
}

function programText({ program }: Walk): string {
  return program.attachType ? `${program.type} programs (${program.attachType})` : `${program.type} programs`
}

function ask({ walk, instruction }: Failure, access: MemoryAccess, offset: number): ContextAnswer {
  const { program, kernel } = walk
  const { opcode } = instruction
  const extends_ = modeOf(opcode) === MODE.MEMSX && classOf(opcode) === CLASS.LDX
  return contextAccess({
    programType: program.type,
    attachType: program.attachType,
    release: kernel.release,
    architecture: kernel.architecture,
    offset,
    size: access.size as 1 | 2 | 4 | 8,
    access: access.kind,
    form: extends_ ? "signExtending" : classOf(opcode) === CLASS.ST ? "immediate" : "plain",
    bpfCapable: walk.privileges.bpf,
    target: program.target?.signature,
    operations: program.target?.operations,
  })
}

function fixOf(walk: Walk, answer: ContextAnswer, offset: number, access: MemoryAccess): string {
  const { program, kernel } = walk
  if (program.target) return argumentsFix(walk)
  if (program.type === "tracepoint" && offset < 8)
    return "the first eight bytes of the record (common_type, common_flags, common_preempt_count, common_pid) are not for programs: take the pid from bpf_get_current_pid_tgid(), and the rest from the members that the event's format file lists (`skep explain tp/…`)"
  if (!answer.allowed && answer.rule === "alignment") return "access the member with its own size"
  const subject = {
    programType: program.type,
    attachType: program.attachType,
    release: kernel.release,
    architecture: kernel.architecture,
  }
  const fields = contextFields(subject).filter(each => each[access.kind].allowed)
  if (fields.length === 0) return "leave the access out: this context has no members to access"
  const names = fields.map(each => each.field.name)
  const list = names.length > 12 ? `${names.slice(0, 12).join(", ")} …` : names.join(", ")
  return `these members may be ${access.kind === "read" ? "read" : "written"}: ${list}`
}

/** The arguments by name, as the macros of libbpf's bpf_tracing.h spell them. */
function argumentsFix({ program, kernel }: Walk): string {
  const names = argumentNames(program, kernel)
  const macro = program.type === "lsm" || program.type === "tracing" || program.type === "struct_ops"
  const list = ["name", ...names].join(", ")
  return macro
    ? `the context is an array of eight-byte arguments, not the structure that it was declared as: declare the program \`BPF_PROG(${list})\``
    : "read whole arguments, at multiples of eight"
}

function argumentNames(program: Walk["program"], { btf }: Walk["kernel"]): string[] {
  const hook = program.target!.hook
  const isTracepoint = program.attachType === "trace_raw_tp"
  for (const name of isTracepoint
    ? [`__bpf_trace_${hook}`, `perf_trace_${hook}`]
    : [program.target!.signature.name]) {
    const id = btf.find(name, "func")
    const prototype = id === undefined ? undefined : btf.typeOf(btf.typeOf(id, "func")!.type, "func_proto")
    if (!prototype) continue
    const params = isTracepoint ? prototype.params.slice(1) : prototype.params
    return params.map(each => {
      const type = btf.nameOf(each.type)
      return type.endsWith("*") ? `${type}${each.name}` : `${type} ${each.name}`
    })
  }
  return ["…"]
}
