import type { Btf } from "../btf/index.ts"
import type { FunctionSource, FunctionTable } from "./functions.ts"

const PREFIX = "exception_callback:"

/** What a program's `exception_callback:NAME` tag leads to: the subprogram, or why there is none. */
export type ExceptionCallback = { readonly callback: FunctionSource } | { readonly problem: string }

/**
 * The exception callbacks that declaration tags give to programs, by program name (libbpf's
 * `bpf_prog_assign_exc_cb`). A program with several has none: verifiers refuse it.
 */
export function exceptionCallbacks(
  btf: Btf | undefined,
  functions: FunctionTable,
): Map<string, ExceptionCallback> {
  const found = new Map<string, ExceptionCallback>()
  if (!btf) return found
  const byName = groupByName(functions.subprograms)
  const repeated = new Set<string>()
  for (const id of btf.ids()) {
    const tag = btf.typeOf(id, "decl_tag")
    if (tag?.component !== -1 || !tag.name.startsWith(PREFIX)) continue
    const program = btf.typeOf(tag.type, "func")
    if (program?.linkage !== "global") continue
    if (found.has(program.name)) repeated.add(program.name)
    else found.set(program.name, findCallback(tag.name.slice(PREFIX.length), byName))
  }
  for (const name of repeated) found.delete(name)
  return found
}

function findCallback(
  name: string,
  byName: ReadonlyMap<string, readonly FunctionSource[]>,
): ExceptionCallback {
  if (name === "") return { problem: "exception_callback:<value> decl tag contains empty value" }
  const named = byName.get(name) ?? []
  const [callback] = named
  if (!callback) return { problem: `cannot find exception callback '${name}'` }
  if (named.some(each => each.linkage === "static")) {
    return { problem: `exception callback ${name} must be a global non-hidden function` }
  }
  if (named.length > 1)
    return { problem: `multiple subprograms with same name as exception callback '${name}'` }
  return { callback }
}

function groupByName(functions: readonly FunctionSource[]): Map<string, FunctionSource[]> {
  const groups = new Map<string, FunctionSource[]>()
  for (const each of functions) {
    const group = groups.get(each.name)
    if (group) group.push(each)
    else groups.set(each.name, [each])
  }
  return groups
}
