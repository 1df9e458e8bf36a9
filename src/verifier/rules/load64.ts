import { VOID } from "../../btf/index.ts"
import { type Instruction, LOAD64_OPCODE, PSEUDO_LOAD } from "../../isa/index.ts"
import { constant, UNKNOWN } from "../domain/index.ts"
import { ERRNO, reject, unsupported } from "../reject.ts"
import { setPointer, setScalar } from "../state/register.ts"
import { FLAG, TYPE } from "../state/register-type.ts"
import { subprogramAt } from "../walk/subprograms.ts"
import type { Walk } from "../walk/walk.ts"
import { MAP_TYPE } from "./map-types.ts"
import { overwriteRegister } from "./register-access.ts"

/** The 64-bit immediate load: a number, a map or its value, a kernel variable, a function. */
export function walkLoad64(walk: Walk, { opcode, dst, src, off, imm }: Instruction): void {
  if (opcode !== LOAD64_OPCODE) reject(walk, ERRNO.EINVAL, "invalid BPF_LD_IMM insn", "encoding")
  if (off !== 0) reject(walk, ERRNO.EINVAL, "BPF_LD_IMM64 uses reserved fields", "encoding")
  const target = overwriteRegister(walk, dst)
  const reference = walk.program.references.get(walk.at)
  const high = walk.code[walk.at + 1]!.imm
  if (reference?.kind === "map") {
    setPointer(target, TYPE.CONST_MAP)
    target.map = reference.map
  } else if (reference?.kind === "mapValue") {
    if (reference.map.type === MAP_TYPE.ARENA) setScalar(target, UNKNOWN)
    else {
      setPointer(target, TYPE.MAP_VALUE)
      target.map = reference.map
      target.off = reference.offset
    }
  } else if (reference?.kind === "variable") loadVariable(walk, dst, reference.btfId)
  else if (src === PSEUDO_LOAD.FUNC) {
    const index = subprogramAt(walk, walk.at + imm + 1)
    if (walk.program.funcInfo.length === 0) reject(walk, ERRNO.EINVAL, "missing btf func_info", "callback")
    if (walk.subprograms[index]!.global)
      reject(walk, ERRNO.EINVAL, "callback function not static", "callback")
    setPointer(target, TYPE.FUNC)
    target.subprogram = index
  } else if (src === PSEUDO_LOAD.IMMEDIATE) {
    const value = (BigInt(high) << 32n) | BigInt(imm >>> 0)
    setScalar(target, constant(value), !walk.privileges.bpf)
  } else unsupported(`64-bit loads of kind ${src}`)
  walk.at++
}

/** A kernel variable: memory of its size, a structure, or a place on each CPU. */
function loadVariable(walk: Walk, dst: number, btfId: number | undefined): void {
  const target = overwriteRegister(walk, dst)
  // Without a type it is only an address, known to the loader: any number here.
  if (btfId === undefined) {
    setScalar(target, UNKNOWN)
    return
  }
  const { btf } = walk.kernel
  const variable = btf.typeOf(btfId, "var")
  // A function's address: nothing lies behind it for programs, but it is not null.
  if (!variable) {
    setPointer(target, TYPE.MEM | FLAG.READ_ONLY)
    target.range = 0
    return
  }
  const perCpu = btf
    .findAll(".data..percpu", "datasec")
    .some(id => btf.typeOf(id, "datasec")?.variables.some(each => each.type === btfId))
  const type = btf.resolve(variable.type)
  if (perCpu) {
    setPointer(target, TYPE.BTF_ID | FLAG.PER_CPU)
    target.btf = btf
    target.btfId = type
  } else if (btf.kindOf(type) === "struct") {
    setPointer(target, TYPE.BTF_ID)
    target.btf = btf
    target.btfId = type
  } else {
    if (type === VOID) unsupported("kernel variables of no type")
    setPointer(target, TYPE.MEM | FLAG.READ_ONLY)
    target.range = btf.sizeOf(type)
  }
}
