import { errnoName, errorText, MapError } from "../base/index.ts"
import type { MapSpec } from "../object/index.ts"

/** A window on a map without BPF_F_MMAPABLE. */
export function notMappable(name: string): MapError {
  return new MapError(`map '${name}': it cannot be mapped into a process (EINVAL)`, {
    errno: "EINVAL",
    hint: "give it the flag BPF_F_MMAPABLE; arrays (from 5.5 on) and arenas can have it",
  })
}

/** A window on an arena where looking at the wrong page is the end. */
export function endsProcess(name: string): MapError {
  return new MapError(
    `map '${name}': looking at a page that no program has allocated would end this process (EINVAL)`,
    { errno: "EINVAL", hint: "take the flag BPF_F_SEGV_ON_FAULT away" },
  )
}

/** A record handed to anything but a user ring buffer. */
export function takesNoRecords({ name, type }: { readonly name: string; readonly type: string }): MapError {
  return new MapError(`map '${name}': a ${type} takes no records (EINVAL)`, {
    errno: "EINVAL",
    hint: "user_ringbuf maps do; use set() here",
  })
}

/** A struct_ops map that the kernel does not make, with its answer; the way of older kernels where it is links that they lack. */
export function structOpsNotMade(
  { name, structOps }: Pick<MapSpec, "name" | "structOps">,
  errno: number,
): MapError {
  const code = errnoName(errno)
  return new MapError(`map '${name}': failed to create: ${errorText(errno)}(${-errno})`, {
    ...(code && { errno: code }),
    ...(structOps?.link &&
      code === "EINVAL" && {
        hint: '.struct_ops.link needs Linux 6.4: SEC(".struct_ops") works on older ones',
      }),
  })
}
