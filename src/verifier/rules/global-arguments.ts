import { type BtfKind, type BtfTypeOf, type TypeId, VOID } from "../../btf/index.ts"
import type { Walk } from "../walk/walk.ts"
import { isContextType } from "./context-types.ts"

/** One argument of a function that is checked for itself, from its BTF prototype and declaration tags. */
export type GlobalArgument =
  | { readonly kind: "scalar" | "context" | "dynptr" | "arena" }
  | { readonly kind: "memory"; readonly size: number; readonly nullable: boolean }
  | {
      readonly kind: "kernelObject"
      readonly type: TypeId
      readonly name: string
      readonly nullable: boolean
    }

const MOST_ARGUMENTS = 5

/** Reads a function's prototype once; complaints go to the log, and what cannot be read is "invalid". */
export function prototypeOf(walk: Walk, index: number): readonly GlobalArgument[] | "invalid" {
  const subprogram = walk.subprograms[index]!
  if (subprogram.arguments !== undefined) return subprogram.arguments
  const found = readPrototype(walk, index)
  if (found !== "invalid") subprogram.arguments = found
  return found
}

/** Says why a prototype cannot be read; where that refuses the program, it is the message. */
function complain(walk: Walk, text: string): void {
  walk.log.line(text)
  walk.complaint = text
}

function readPrototype(walk: Walk, index: number): readonly GlobalArgument[] | "invalid" {
  const { program, subprograms } = walk
  const subprogram = subprograms[index]!
  const { btf } = program
  const info = program.funcInfo.find(each => each.at === subprogram.start)
  const function_ = info && btf?.typeOf(info.type, "func")
  const prototype = function_ && btf?.typeOf(function_.type, "func_proto")
  if (!btf || !info || !function_ || !prototype) return "invalid"
  const { global } = subprogram
  const fail = (text: string): "invalid" => {
    if (global) complain(walk, text)
    return "invalid"
  }
  const { name } = function_
  if (prototype.params.length > MOST_ARGUMENTS)
    return fail(
      `Global function ${name}() with ${prototype.params.length} > ${MOST_ARGUMENTS} args. Buggy compiler.`,
    )
  const result = prototype.returns === VOID ? "void" : btf.kindOf(btf.resolve(prototype.returns))
  if (result !== "int" && result !== "enum" && result !== "enum64")
    return fail(`Global function ${name}() doesn't return scalar. Only those are supported.`)
  const list: GlobalArgument[] = []
  for (const [place, param] of prototype.params.entries()) {
    const argument = readArgument(walk, info.type, place, param.type, global, name)
    if (argument === "invalid") return "invalid"
    list.push(argument)
  }
  return list
}

const NO_TAGS: ReadonlySet<string> = new Set()

function readArgument(
  walk: Walk,
  function_: TypeId,
  place: number,
  type: TypeId,
  global: boolean,
  name: string,
): GlobalArgument | "invalid" {
  const btf = walk.program.btf!
  const { argumentTags: hasTags } = walk.rules
  const tags = hasTags ? argumentTags(walk, function_, place) : NO_TAGS
  if (tags.size > 0 && !global) {
    complain(walk, `arg#${place} type tag is not supported in static functions`)
    return "invalid"
  }
  const id = btf.resolve(type)
  const kind = id === VOID ? "void" : btf.kindOf(id)
  if (kind === "ptr") {
    const pointer = btf.typeOf(id, "ptr")!
    const target = btf.resolve(pointer.type)
    if (tags.has("ctx") || isContextType(walk, pointer.type)) return { kind: "context" }
    const struct = target === VOID ? undefined : btf.typeOf(target, "struct")
    if (hasTags && struct?.name === "bpf_dynptr") return { kind: "dynptr" }
    if (tags.has("trusted")) return trustedArgument(walk, place, struct?.name ?? "", tags.has("nullable"))
    if (tags.has("arena")) return { kind: "arena" }
    if (!global) return "invalid"
    if (tags.has("nullable")) {
      complain(walk, `arg#${place} marked as nullable is not supported for memory`)
      return "invalid"
    }
    const size = sizeOrUndefined(walk, target)
    if (size === undefined) {
      const described =
        target === VOID ? "UNKNOWN " : `${btf.kindOf(target).toUpperCase()} ${nameOf(walk, target)}`
      complain(walk, `arg#${place} reference type('${described}') size cannot be determined: -22`)
      return "invalid"
    }
    return { kind: "memory", size, nullable: !tags.has("nonnull") }
  }
  if (tags.size > 0) {
    complain(walk, `arg#${place} has non-pointer type, but is marked with a tag`)
    return "invalid"
  }
  if (kind === "int" || kind === "enum" || kind === "enum64") return { kind: "scalar" }
  if (global) complain(walk, `Arg#${place} type ${kind.toUpperCase()} in ${name}() is not supported yet.`)
  return "invalid"
}

function nameOf(walk: Walk, id: TypeId): string {
  const type = walk.program.btf!.type(id)
  return "name" in type ? type.name : ""
}

const SIZED: ReadonlySet<BtfKind> = new Set([
  "int",
  "ptr",
  "struct",
  "union",
  "enum",
  "enum64",
  "array",
  "float",
])

function sizeOrUndefined(walk: Walk, id: TypeId): number | undefined {
  const btf = walk.program.btf!
  if (id === VOID) return undefined
  const kind = btf.kindOf(id)
  return kind !== "void" && SIZED.has(kind) ? btf.sizeOf(id) : undefined
}

function trustedArgument(
  walk: Walk,
  place: number,
  local: string,
  nullable: boolean,
): GlobalArgument | "invalid" {
  const name = local.replace(/___.*$/, "")
  const type = walk.kernel.btf.find(name, "struct")
  if (type === undefined) {
    complain(walk, `arg#${place} reference type('STRUCT ${local}') not found in kernel BTF`)
    return "invalid"
  }
  return { kind: "kernelObject", type, name, nullable }
}

/** What `__arg_nonnull` and its like say: declaration tags "arg:…" of the function's parameter. */
function argumentTags(walk: Walk, function_: TypeId, place: number): ReadonlySet<string> {
  const btf = walk.program.btf!
  const found = new Set<string>()
  for (const id of btf.ids()) {
    if (btf.kindOf(id) !== "decl_tag") continue
    const tag = btf.type(id) as BtfTypeOf<"decl_tag">
    if (tag.type === function_ && tag.component === place && tag.name.startsWith("arg:"))
      found.add(tag.name.slice(4))
  }
  return found
}
