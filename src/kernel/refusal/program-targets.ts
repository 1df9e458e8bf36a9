import { didYouMean, type Errno, LoadError } from "../../base/index.ts"
import type { Btf, TypeId } from "../../btf/index.ts"

/** The program that another one replaces or traces cannot be had; `text` says why. */
export function noTargetProgram(name: string, id: number, text: string, errno?: Errno): LoadError {
  return new LoadError(`prog '${name}': its target, program ${id}, cannot be opened: ${text}`, {
    ...(errno && { errno }),
    hint: "it must be loaded, and this process needs CAP_SYS_ADMIN",
  })
}

/** The function that a program replaces or traces, in the types of the program that has it. Throws LoadError. */
export function targetFunction(name: string, id: number, btf: Btf | undefined, wanted: string): TypeId {
  if (!btf)
    throw new LoadError(`prog '${name}': the target program ${id} has no BTF (EINVAL)`, {
      errno: "EINVAL",
      hint: "compile it with -g",
    })
  const found = btf.find(wanted, "func")
  if (found !== undefined) return found
  const names = [...btf.ids()].flatMap(id => btf.typeOf(id, "func")?.name ?? [])
  throw new LoadError(`prog '${name}': program ${id} has no function '${wanted}' (ENOENT)`, {
    errno: "ENOENT",
    hint: didYouMean(wanted, names) ?? `its functions: ${names.join(", ")}`,
  })
}
