import { AttachError, type Errno, errnoText } from "../../base/index.ts"
import {
  type AttachPointOf,
  checkManyFunctions,
  isGlob,
  manyFunctionsHint,
  matchesGlob,
  namingProgram,
  noFunctionFits,
} from "../../kernel/index.ts"
import type { KernelCore } from "../core.ts"
import type { Attachment } from "../tracing/hooks.ts"
import { isModelled } from "../tracing/kernel-function.ts"
import { type Attached, type Attacher, noteFor, requireType } from "./attached.ts"

type Point = AttachPointOf<"kprobeMulti">

/** kprobe.multi, kretprobe.multi, kprobe.session: many functions by a single link. */
export const attachKprobeMulti: Attacher<"kprobeMulti"> = (kernel, point, attachment) => {
  const { program } = attachment
  return namingProgram(program.name, () => attachMany(kernel, point, attachment))
}

function attachMany(kernel: KernelCore, point: Point, attachment: Attachment): Attached {
  checkManyFunctions(point)
  const { functions, cookies } = point
  const symbols = symbolsOf(kernel, functions)
  requireType(attachment.program, point, "failed to attach")
  const errno = refusalOf(kernel, point, attachment, symbols)
  if (errno) throw refusal(kernel, point, attachment, errno)
  const targets = new Map(
    symbols.map((symbol, index) => [
      symbol,
      { ...attachment, cookie: cookies?.[index] ?? attachment.cookie },
    ]),
  )
  const remove = kernel.hooks.addMany(targets, point.session ? "session" : point.return ? "return" : "entry")
  const note = noteFor(
    symbols.some(isModelled),
    symbols.length === 1 ? `${symbols[0]}` : "any of these functions",
  )
  return { point, remove, note }
}

/** What libbpf asks the kernel for. Names stay as they are: the kernel looks them up. */
function symbolsOf({ profile }: KernelCore, functions: string | readonly string[]): readonly string[] {
  if (typeof functions !== "string") return functions
  if (!isGlob(functions)) return [functions]
  const names = new Set<string>()
  for (const { name, traceable } of profile.symbols().all())
    if (traceable && matchesGlob(name, functions)) names.add(name)
  if (names.size === 0) throw noFunctionFits(functions)
  return [...names]
}

function refusalOf(
  kernel: KernelCore,
  { session = false }: Point,
  { program }: Attachment,
  symbols: readonly string[],
): Errno | undefined {
  const { profile } = kernel
  const loadedFor = program.spec.definition?.attachType
  // An attach type that the kernel does not know yet comes before everything else.
  if (session && !kernel.since("6.10")) return "EINVAL"
  if (loadedFor !== (session ? "trace_kprobe_session" : "trace_kprobe_multi")) return "EINVAL"
  if (profile.config("CONFIG_FPROBE") === undefined) return "EOPNOTSUPP"
  return symbols.every(symbol => profile.isTraceable(symbol)) ? undefined : "ENOENT"
}

function refusal(kernel: KernelCore, point: Point, { program }: Attachment, errno: Errno): AttachError {
  const { profile } = kernel
  const facts = {
    version: profile.version,
    hasFprobe: profile.config("CONFIG_FPROBE") !== undefined,
    since: (release: string) => kernel.since(release),
  }
  const hint = manyFunctionsHint(facts, program.spec.definition?.attachType, point, errno)
  return new AttachError(`failed to attach: ${errnoText(errno)}`, {
    errno,
    ...(hint !== undefined && { hint }),
  })
}
