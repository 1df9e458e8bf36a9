import type { Btf, TypeId } from "../../btf/index.ts"
import { ERRNO, reject } from "../reject.ts"
import type { Walk } from "./walk.ts"

const TAG = "exception_callback:"

/** Where the function begins that a declaration tag of the program names to catch what is thrown; undefined for none. */
export function exceptionCallbackStart(walk: Walk): number | undefined {
  const { btf, funcInfo } = walk.program
  const entry = funcInfo[0]?.type
  if (!btf || entry === undefined) return undefined
  const names = tagsOf(btf, entry)
  const [name] = names
  if (name === undefined) return undefined
  const refuse = (message: string): never => reject(walk, ERRNO.EINVAL, message, "exception")
  if (names.length > 1) refuse("multiple exception callback tags for main subprog")
  const id = btf.find(name, "func")
  if (id === undefined) return refuse(`exception callback '${name}' could not be found in BTF`)
  if (btf.typeOf(id, "func")?.linkage !== "global")
    refuse(`exception callback '${name}' must have global linkage`)
  const info = funcInfo.findLast(each => each.type === id)
  if (!info) return refuse("exception callback type id not found in func_info")
  if (info.at === 0) refuse("invalid exception callback insn_off in func_info: 0")
  return info.at
}

function tagsOf(btf: Btf, entry: TypeId): string[] {
  const found: string[] = []
  for (const id of btf.ids()) {
    const tag = btf.kindOf(id) === "decl_tag" ? btf.typeOf(id, "decl_tag") : undefined
    if (tag?.type === entry && tag.component === -1 && tag.name.startsWith(TAG))
      found.push(tag.name.slice(TAG.length))
  }
  return found
}
