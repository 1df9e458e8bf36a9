import { UsageError } from "../../base/index.ts"
import type { FeatureReport, ProbeOptions } from "../../kernel/index.ts"
import type { Verb, VerbContext } from "../objects/noun.ts"
import type { Words } from "../objects/words.ts"
import { featuresJson } from "./report-json.ts"
import { featuresMacros } from "./report-macros.ts"
import { featuresPlain } from "./report-plain.ts"

export const probe: Verb = {
  names: ["probe"],
  words: "[kernel | dev NAME] [full] [unprivileged] [macros [prefix PREFIX]]",
  summary: "ask the kernel, or a network card, what of BPF it has",
  async run(words, context) {
    const { macros, ...options } = readWords(words)
    const kernel = await context.kernel()
    write(kernel.probe(options), macros, context)
  },
}

interface ProbeWords extends ProbeOptions {
  /** The prefix of macros, when those are wanted. */
  readonly macros: string | undefined
}

function readWords(words: Words): ProbeWords {
  let [component, device, macros]: [string | undefined, string | undefined, string | undefined] = [
    undefined,
    undefined,
    undefined,
  ]
  let [full, unprivileged, hasPrefix] = [false, false, false]
  while (!words.isEmpty) {
    const word = macros === undefined ? words.take(...ANY_TIME, "macros") : words.take(...ANY_TIME)
    switch (word) {
      case "kernel":
      case "dev":
        if (component !== undefined) throw new UsageError("component to probe already specified")
        component = word
        if (word === "dev") device = words.next("the name of an interface")
        break
      case "full":
        full = true
        break
      case "unprivileged":
        unprivileged = true
        break
      case "macros":
        macros = ""
        break
      case "prefix":
        if (macros === undefined) throw new UsageError("'prefix' argument can only be used after 'macros'")
        if (hasPrefix) throw new UsageError("'prefix' already defined")
        hasPrefix = true
        macros = words.next("a prefix")
        break
      default:
        throw new UsageError(
          `expected no more arguments, 'kernel', 'dev', 'macros' or 'prefix', got: '${words.peek()}'`,
        )
    }
  }
  return { macros, full, unprivileged, ...(device !== undefined && { device }) }
}

const ANY_TIME = ["kernel", "dev", "full", "prefix", "unprivileged"]

function write(report: FeatureReport, macros: string | undefined, { json, io, out }: VerbContext): void {
  if (json) {
    featuresJson(report, json)
    return
  }
  if (report.config?.every(({ value }) => value === undefined))
    io.err("skipping kernel config: neither /proc/config.gz nor /boot/config-$(uname -r) is there\n")
  out(macros === undefined ? featuresPlain(report) : featuresMacros(report, macros))
}
