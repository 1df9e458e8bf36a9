import { errnoNumber, type SkepError, UsageError, VerifierError } from "../../base/index.ts"
import { NetlinkError } from "../../kernel/index.ts"

/** What bpftool says of an error, without the errno's name behind it. */
export function shortText(error: SkepError): string {
  const said = kernelWords(error)
  // What the kernel said stands on a line of its own.
  const text =
    said === undefined ? error.message : error.message.replace(`: ${said}`, "").replace("netlink: ", "")
  return text.replace(/ \(E[A-Z0-9]+\)$/, "")
}

/** All that bpftool writes about an error, with what its library says in front. */
export function errorLines(error: SkepError): string {
  if (error instanceof VerifierError) return refusalLines(error)
  const said = kernelWords(error)
  const library = said === undefined ? "" : `libbpf: Kernel error message: ${said}\n`
  // The kernel's refusals are told as they are; what the user can mend comes with a hint.
  const wantsHint = error.hint !== undefined && (error instanceof UsageError || error.errno === undefined)
  return `${library}Error: ${shortText(error)}\n${wantsHint ? `  hint: ${error.hint}\n` : ""}`
}

function kernelWords(error: SkepError): string | undefined {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof NetlinkError) return cause.said
  return undefined
}

/** A program that the verifier refuses, with its log. */
function refusalLines(error: VerifierError): string {
  const name = /^prog '([^']+)'/.exec(error.message)?.[1] ?? ""
  const number = error.errno ? errnoNumber(error.errno) : 0
  return [
    `libbpf: ${error.message.split("\n")[0]}`,
    `libbpf: prog '${name}': -- BEGIN PROG LOAD LOG --`,
    error.log.trimEnd(),
    "-- END PROG LOAD LOG --",
    `libbpf: prog '${name}': failed to load: -${number}`,
    "Error: failed to load object file",
    ...(error.hint === undefined ? [] : [`  hint: ${error.hint}`]),
    "",
  ].join("\n")
}
