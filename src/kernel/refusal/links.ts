import { AttachError, UsageError } from "../../base/index.ts"
import type { AttachPoint, AttachPointOf } from "../attach-point.ts"

/** Something that only a BPF link takes, asked of an attachment that is none, or gone. */
export function noLinkAnyMore(what: string): AttachError {
  return new AttachError(
    `this attachment is no BPF link that is still there: it cannot be ${what} (EOPNOTSUPP)`,
    { errno: "EOPNOTSUPP" },
  )
}

/** Reading a link of another kind. */
export function noIterator({ id, point }: { readonly id: number; readonly point: AttachPoint }): AttachError {
  return new AttachError(`link ${id}: ${point.kind} is no iterator: there is nothing to read (EINVAL)`, {
    errno: "EINVAL",
    hint: "programs of other kinds tell through maps",
  })
}

/** What an iterator's target still wants. */
export function iteratorHint(target: string, { map }: AttachPointOf<"iter">): string | undefined {
  return /^(bpf_map_elem|bpf_sk_storage_map|sockmap)$/.test(target) && map === undefined
    ? `an iterator over ${target} wants the id of a map: attach({ kind: "iter", map })`
    : undefined
}

/** Throws UsageError (EINVAL) for what is no program. */
export function requireProgram(program: unknown): void {
  if (typeof program === "object" && program !== null && "spec" in program) return
  throw new UsageError("a link is updated with a program that is loaded (EINVAL)", { errno: "EINVAL" })
}
