import { type AttachTypeName, attachType, programType } from "../../catalog/index.ts"
import { type AttachPoint, needsRelease, wrongHook, wrongType } from "../../kernel/index.ts"
import { LINK_CREATE, PROG_ATTACH } from "../bpf/attributes.ts"
import { Descriptor } from "../ffi/descriptor.ts"
import type { LoadedProgram } from "../load/load-program.ts"
import type { Attached, AttachHost } from "./attached.ts"
import { type Reason, refusal } from "./refusal.ts"
import { linkOf } from "./tracing.ts"

const EINVAL = 22

/** A hook of the kernel behind a descriptor (cgroup, namespace, map, device). */
export interface HookTarget {
  readonly fd: number
  readonly attachType: number
  /** What is known of a refusal. */
  readonly explain?: (number: number) => Reason
}

/** BPF_LINK_CREATE without more than a target. Throws AttachError. */
export function linkTo(
  host: AttachHost,
  program: LoadedProgram,
  point: AttachPoint,
  target: HookTarget & { readonly flags?: number },
): Attached {
  const { result } = host.bpf.try("BPF_LINK_CREATE", LINK_CREATE.plain, {
    prog_fd: program.descriptor.fd,
    target_fd: target.fd,
    attach_type: target.attachType,
    flags: target.flags ?? 0,
  })
  if (result < 0) throw refusal(program, point, -result, target.explain?.(-result))
  return linkOf(host, point, result)
}

/**
 * BPF_PROG_ATTACH: stays until BPF_PROG_DETACH, beyond the life of this process. Takes over the target's descriptor
 * (0 is none), to detach from the very same object. Throws AttachError.
 */
export function attachTo(
  host: AttachHost,
  program: LoadedProgram,
  point: AttachPoint,
  target: HookTarget & { readonly flags?: number; readonly replaced?: number },
): Attached {
  const held = target.fd === 0 ? undefined : new Descriptor(host.bpf.native, target.fd)
  const { result } = host.bpf.try(
    "BPF_PROG_ATTACH",
    PROG_ATTACH,
    {
      target_fd: target.fd,
      attach_bpf_fd: program.descriptor.fd,
      attach_type: target.attachType,
      attach_flags: target.flags ?? 0,
      ...(target.replaced !== undefined && { replace_bpf_fd: target.replaced }),
    },
    16,
  )
  if (result < 0) {
    const error = refusal(program, point, -result, target.explain?.(-result))
    held?.close()
    throw error
  }
  return {
    point,
    fd: undefined,
    isLink: false,
    remove() {
      // What another one detached before is as good as detached.
      host.bpf.try("BPF_PROG_DETACH", PROG_ATTACH, {
        target_fd: target.fd,
        attach_bpf_fd: program.descriptor.fd,
        attach_type: target.attachType,
      })
      held?.close()
    },
  }
}

/**
 * The attach type that a program was loaded for, from its section. Throws AttachError (EINVAL) for sections that name
 * none, and for programs that do not belong on this kind of hook.
 */
export function expectedAttachType(
  program: LoadedProgram,
  point: AttachPoint,
  types: (name: AttachTypeName) => boolean,
  examples: string,
): number {
  const name = program.spec.definition?.attachType
  const row = name && attachType(name)
  if (row && types(row.name as AttachTypeName)) return row.number
  const { section } = program.spec
  throw refusal(program, point, EINVAL, wrongHook(program.type, section, row?.name, examples))
}

/** Throws AttachError (EINVAL) unless the program is of one of these types. */
export function requireType(program: LoadedProgram, point: AttachPoint, ...types: readonly string[]): void {
  if (types.includes(program.type)) return
  const belongs = programType(program.type)?.attachesTo
  throw refusal(program, point, EINVAL, wrongType(program.type, belongs, types))
}

/** The reason where a kernel is older than a kind of attachment. */
export function needs({ machine }: AttachHost, what: string, release: string): Reason {
  return machine.since(release) ? {} : needsRelease(what, release, machine.release)
}

export { EINVAL }
