import { errnoNumber, LoadError, type SkepError, UsageError, VerifierError } from "../../base/index.ts"
import { NetlinkError } from "../../kernel/index.ts"

/** What bpftool says of an error, without the errno's name behind it. */
export function shortText(error: SkepError): string {
  const said = kernelWords(error)
  // What the kernel said stands on a line of its own.
  const text = said === undefined ? error.message : error.message.replace(`: ${said}`, "")
  return text.replace("netlink: ", "").replace(/ \(E[A-Z0-9]+\)$/, "")
}

/** All that bpftool writes about an error, with what its library says in front; `object` is the file that was loaded. */
export function errorLines(error: SkepError, object: string | undefined): string {
  if (error instanceof LoadError && object !== undefined) return refusalLines(error, object)
  const said = kernelWords(error)
  const library = said === undefined ? "" : `libbpf: Kernel error message: ${said}\n`
  return `${library}Error: ${shortText(error)}\n${hintLine(error)}`
}

/** The kernel's refusals are told as they are; what the user can mend comes with a hint. */
function hintLine(error: SkepError): string {
  const isShown = error.hint !== undefined && (error instanceof UsageError || error.errno === undefined)
  return isShown ? `  hint: ${error.hint}\n` : ""
}

function kernelWords(error: SkepError): string | undefined {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof NetlinkError) return cause.said
  return undefined
}

/** An object that does not load: why in libbpf's words, and the verifier's log. */
function refusalLines(error: LoadError, object: string): string {
  const name = /^prog '([^']+)'/.exec(error.message)?.[1]
  const absent = /failed to find kernel BTF type ID of '.*': (-\d+)$/.exec(error.message)?.[1]
  const number = absent ?? (error.errno ? `-${errnoNumber(error.errno)}` : "")
  const why = error instanceof VerifierError ? loadFailure(error) : shortText(error)
  return [
    `libbpf: ${why}`,
    ...(error instanceof VerifierError
      ? [`libbpf: prog '${name}': -- BEGIN PROG LOAD LOG --`, error.log.trimEnd(), "-- END PROG LOAD LOG --"]
      : []),
    ...(absent === undefined ? [] : [`libbpf: prog '${name}': failed to prepare load attributes: ${number}`]),
    ...(name === undefined ? [] : [`libbpf: prog '${name}': failed to load: ${number}`]),
    `libbpf: failed to load object '${object}'`,
    "Error: failed to load object file",
    ...(error.hint === undefined ? [] : [`  hint: ${error.hint}`]),
    "",
  ].join("\n")
}

/** "prog 'hello': BPF program load failed: Permission denied": the verifier's own words are in its log. */
function loadFailure({ message }: VerifierError): string {
  return /^prog '[^']+': BPF program load failed: [^:]+/.exec(message)?.[0] ?? message
}
