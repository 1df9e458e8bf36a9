import type { Btf, BtfType, TypeId } from "../../btf/index.ts"
import { VOID } from "../../btf/index.ts"
import type { Extension } from "../program.ts"
import { ERRNO, reject } from "../reject.ts"
import { findPacketChanges } from "../rules/packet-changes.ts"
import { isUnreliable, walkOfTarget } from "./target-program.ts"
import type { Walk } from "./walk.ts"

/** Whether the program may stand in for a function: a global one, of the same prototype. */
export function checkExtension(walk: Walk, { program, function: name }: Extension): void {
  const refuse: (message: string) => never = message => reject(walk, ERRNO.EINVAL, message, "extension")
  const theirs = program.btf
  if (!theirs) refuse("FENTRY/FEXIT program can only be attached to another program annotated with BTF")
  const target = walkOfTarget(program, walk.kernel)
  findPacketChanges(target)
  const index = target.subprograms.findIndex(each => each.name === name)
  const info = program.funcInfo.find(each => each.at === target.subprograms[index]?.start)
  if (!info) refuse(`Subprog ${name} doesn't exist`)
  if (index === target.exceptionCallback) refuse("Extension programs cannot attach to exception callback")
  if (isUnreliable(target, index, program)) refuse("Cannot replace static functions")
  if (walk.subprograms[0]!.changesPacketData && !target.subprograms[index]!.changesPacketData)
    refuse("Extension program changes packet data, while original does not")
  if (program.type === "ext") refuse("Cannot recursively attach")
  const { attachType } = program
  if (program.type === "tracing" && (attachType === "trace_fentry" || attachType === "trace_fexit"))
    refuse("Cannot extend fentry/fexit")
  const own = walk.program.funcInfo[0]
  if (!own || !walk.program.btf) refuse("Program extension requires BTF")
  const difference = differenceOf(walk.program.btf, own.type, theirs, info.type)
  if (difference !== undefined) refuse(difference)
}

/** What makes two functions differ, as the kernel says it; undefined where they do not. */
function differenceOf(a: Btf, x: TypeId, b: Btf, y: TypeId): string | undefined {
  const [mine, theirs] = [a.typeOf(x, "func"), b.typeOf(y, "func")]
  if (!mine || !theirs) return ""
  if (mine.linkage !== "global") return `${mine.name}() is not a global function`
  if (theirs.linkage !== "global") return `${theirs.name}() is not a global function`
  const [p, q] = [a.typeOf(mine.type, "func_proto"), b.typeOf(theirs.type, "func_proto")]
  if (!p || !q) return ""
  const [one, other] = [`${mine.name}()`, `${theirs.name}()`]
  if (p.params.length !== q.params.length)
    return `${one} has ${p.params.length} args while ${other} has ${q.params.length} args`
  const [result, wanted] = [typeAt(a, p.returns), typeAt(b, q.returns)]
  if (shape(result) !== shape(wanted))
    return `Return type ${kindOf(result)} of ${one} doesn't match type ${kindOf(wanted)} of ${other}`
  for (const [place, param] of p.params.entries()) {
    const [left, right] = [typeAt(a, param.type), typeAt(b, q.params[place]!.type)]
    if (shape(left) !== shape(right))
      return `arg${place} in ${one} is ${kindOf(left)} while ${other} has ${kindOf(right)}`
    if (left && right && "size" in left && "size" in right && left.size !== right.size)
      return `arg${place} in ${one} has size ${left.size} while ${other} has ${right.size}`
    if (left?.kind === "int" || left?.kind === "enum" || left?.kind === "enum64") continue
    if (left?.kind !== "ptr" || right?.kind !== "ptr") return `arg${place} in ${one} has unrecognized type`
    const [inner, outer] = [typeAt(a, left.type), typeAt(b, right.type)]
    if (!isStructure(inner)) return `arg${place} in ${one} is not a pointer to context`
    if (!isStructure(outer)) return `arg${place} in ${other} is not a pointer to context`
    if (inner.name !== outer.name)
      return `arg${place} ${mine.name}(struct ${inner.name} *) doesn't match ${theirs.name}(struct ${outer.name} *)`
  }
  return undefined
}

function typeAt(btf: Btf, id: TypeId): BtfType | undefined {
  const resolved = btf.resolve(id)
  return resolved === VOID ? undefined : btf.type(resolved)
}

function kindOf(type: BtfType | undefined): string {
  return type ? type.kind.toUpperCase() : "UNKNOWN"
}

/** What the kernel compares of two types: their kinds, and how many members they have. */
function shape(type: BtfType | undefined): string {
  if (!type) return "void"
  return `${type.kind} ${"members" in type ? type.members.length : 0} ${"values" in type ? type.values.length : 0}`
}

function isStructure(type: BtfType | undefined): type is Extract<BtfType, { kind: "struct" | "union" }> {
  return type?.kind === "struct" || type?.kind === "union"
}
