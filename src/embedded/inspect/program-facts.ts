import { alignUp } from "../../base/index.ts"
import { essentialName, VOID } from "../../btf/index.ts"
import { programType } from "../../catalog/index.ts"
import { compileInstructions } from "../../engine/index.ts"
import { encodeInstructions } from "../../isa/index.ts"
import type { ProgramCode, ProgramFacts } from "../../kernel/index.ts"
import { btfTargetName, kernelName } from "../../object/index.ts"
import type { KernelTypes } from "../memory/index.ts"
import { VMLINUX_BTF_ID } from "../objects/index.ts"
import type { EmbeddedProgram } from "../programs/program.ts"
import { programTag } from "./program-tag.ts"

const PAGE = 4096
const SLOT = 8
/** Names that fill the kernel's 16 bytes may have been cut. */
const LONGEST_NAME = 15

interface FactHost {
  readonly types: KernelTypes
  /** False where the interpreter runs programs. */
  readonly isCompiling: boolean
}

export function programFacts(program: EmbeddedProgram, host: FactHost): ProgramFacts {
  const { id, name, verified, btf } = program
  const translatedLength = program.code.kept().length * SLOT
  const short = kernelName(name)
  return {
    id,
    type: programType(program.type)?.number ?? 0,
    name: short,
    // The kernel's own is cut: BTF has the whole.
    fullName: short.length < LONGEST_NAME || !btf || program.spec.funcInfo.length === 0 ? short : name,
    tag: programTag(program),
    gplCompatible: verified.gpl,
    // kernel.bpf_stats_enabled is off.
    runTime: 0n,
    runCount: 0n,
    recursionMisses: 0n,
    device: undefined,
    loadTime: program.loadTime,
    uid: program.uid,
    translatedLength,
    jitedLength: machineCode(program, host).length,
    memlock: programMemory(translatedLength, host.types),
    mapIds: program.maps.map(map => map.id),
    btfId: btf?.id ?? 0,
    ...targetOf(program, host.types),
  }
}

/** Whole pages, of what stands in front of the instructions and of these. */
function programMemory(bytes: number, types: KernelTypes): number | undefined {
  const layout = types.layout("bpf_prog")
  if (!layout.has("insnsi")) return undefined
  return alignUp(Math.max(layout.size, layout.field("insnsi").offset + bytes), PAGE)
}

/** Whose types the target of a program that is attached by BTF has, and which. */
function targetOf(
  { target, spec, verified }: EmbeddedProgram,
  { btf }: KernelTypes,
): Pick<ProgramFacts, "attachBtfObject" | "attachBtfId"> {
  if (target?.kind === "ext" || target?.kind === "program") {
    const wanted = verified.extension?.function ?? spec.target
    return {
      attachBtfObject: target.program.btf?.id ?? 0,
      attachBtfId: verified.extension?.program.btf?.find(wanted, "func") ?? VOID,
    }
  }
  const operations = verified.type === "struct_ops" ? verified.target?.operations : undefined
  if (operations !== undefined)
    return {
      attachBtfObject: VMLINUX_BTF_ID,
      attachBtfId: btf.find(essentialName(operations), "struct") ?? 0,
    }
  if (!spec.definition?.attachByBtf) return { attachBtfObject: 0, attachBtfId: 0 }
  const { prefix, kind } = btfTargetName(spec)
  return { attachBtfObject: VMLINUX_BTF_ID, attachBtfId: btf.find(prefix + spec.target, kind) ?? 0 }
}

/** What the kernel keeps of a program's code, with its records. */
export function programCode(program: EmbeddedProgram, host: FactHost): ProgramCode {
  const { spec, btf } = program
  return {
    bytes: encodeInstructions(program.code.kept(), true),
    functions: btf ? spec.funcInfo : [],
    lines: btf
      ? spec.lines.map(({ at, file, text, line, column }) => ({
          at,
          file: btf.loadable.stringOffset(file),
          text: btf.loadable.stringOffset(text),
          line,
          column,
        }))
      : [],
    // WebAssembly's functions have no addresses.
    symbols: [],
    machineCode: machineCode(program, host),
  }
}

/** WebAssembly, as the engine translates it at first. */
function machineCode({ executable }: EmbeddedProgram, { isCompiling }: FactHost): Uint8Array {
  if (!isCompiling) return new Uint8Array(0)
  const known = translated.get(executable)
  if (known) return known
  const { instructions, arena } = executable
  const module = compileInstructions(instructions, { tier: "quick", ...(arena && { arena }) })
  translated.set(executable, module)
  return module
}

const translated = new WeakMap<object, Uint8Array>()
