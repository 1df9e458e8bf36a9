import { type Errno, errnoName, errnoText } from "./errno.ts"

export interface SkepErrorOptions {
  /** The errno name Linux gives for this failure, where one exists. */
  readonly errno?: Errno
  /** What the user can do about it, one sentence in lower case. */
  readonly hint?: string
  readonly cause?: unknown
}

/**
 * Every failure that a user of Skep can meet. The message stands alone: where, which rule, which values;
 * `hint` says what to do. Impossible states throw a plain `Error` whose message starts with `BUG:` instead.
 */
export class SkepError extends Error {
  /** The errno name where Linux has one, else the name of the error class. */
  readonly code: string
  readonly errno: Errno | undefined
  readonly hint: string | undefined

  constructor(message: string, options: SkepErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.errno = options.errno
    this.code = options.errno ?? new.target.name
    this.hint = options.hint
  }
}

/** An object file (ELF, BTF, BTF.ext, map definition …) that cannot be read as what it claims to be. */
export class ObjectError extends SkepError {}

/** Type information that breaks the BTF format. */
export class BtfError extends ObjectError {}

/** Text that is not an instruction, or an instruction that has no encoding. */
export class AssemblyError extends SkepError {}

/** A relocation (map, call, extern, CO-RE) that the target kernel cannot satisfy. */
export class RelocationError extends SkepError {}

/** A packet capture that breaks its format, or whose packets cannot be used. */
export class CaptureError extends SkepError {}

/** A kernel profile that is missing or damaged. */
export class ProfileError extends SkepError {}

/** A program or map that the kernel refuses to create. */
export class LoadError extends SkepError {}

/** A program that a verifier refuses: `log` is what it said, the kernel's own words. */
export class VerifierError extends LoadError {
  readonly log: string

  constructor(message: string, options: SkepErrorOptions & { readonly log: string }) {
    super(message, options)
    this.log = options.log
  }
}

/** An attachment that the kernel (or libbpf's section rules) refuse. */
export class AttachError extends SkepError {}

/** A map operation that the kernel refuses. */
export class MapError extends SkepError {}

/** A system call that a kernel refused, by its name. */
export class SystemCallError extends SkepError {
  readonly call: string
  /** Positive. */
  readonly number: number

  constructor(call: string, number: number) {
    const errno = errnoName(number)
    const text = errno ? `${errnoText(errno)} (${errno})` : `error ${number}`
    super(`${call}: ${text}`, errno ? { errno } : {})
    this.call = call
    this.number = number
  }
}

/** A program stopped by the engine: wild access, endless loop, stack overflow. */
export class ProgramFault extends SkepError {}

/** Part of Linux that the embedded kernel does not model yet. It never pretends. */
export class NotModelledError extends SkepError {}

/** Something the caller asked for in the wrong words: an unknown name, a bad option. */
export class UsageError extends SkepError {}
