import type { FeatureReport, HelperAnswers } from "../../kernel/index.ts"
import { MISC, MISC_FEATURES, SYSCTL_NAMES, SYSCTLS } from "./texts.ts"

/** A report as bpftool prints it for people: sections, each with an empty line behind it. */
export function featuresPlain(report: FeatureReport): string {
  const { config, hasSystemCall, programTypes, mapTypes, helpers, misc } = report
  const sections: string[][] = []
  if (config) sections.push(["Scanning system configuration...", ...systemLines(report)])
  sections.push(["Scanning system call availability...", availability("bpf() syscall", hasSystemCall)])
  if (hasSystemCall)
    sections.push(
      [
        "Scanning eBPF program types...",
        ...programTypes.map(each => availability(`eBPF program_type ${each.name}`, each.isAvailable)),
      ],
      [
        "Scanning eBPF map types...",
        ...mapTypes.map(each => availability(`eBPF map_type ${each.name}`, each.isAvailable)),
      ],
      ["Scanning eBPF helper functions...", ...helpers.flatMap(helperLines)],
      [
        "Scanning miscellaneous eBPF features...",
        ...MISC_FEATURES.map(feature => availability(MISC[feature].text, misc[feature])),
      ],
    )
  return sections.map(lines => `${lines.join("\n")}\n\n`).join("")
}

function availability(text: string, isAvailable: boolean): string {
  return `${text} is ${isAvailable ? "" : "NOT "}available`
}

function systemLines({ sysctls, config = [] }: FeatureReport): string[] {
  const settings = SYSCTL_NAMES.flatMap(name => {
    if (!sysctls) return []
    const { texts, unreadable, unknown } = SYSCTLS[name]
    const value = sysctls[name]
    return value === undefined ? unreadable : (texts[value] ?? unknown(value))
  })
  const options = config.map(
    ({ name, value }) => `${name} is ${value === undefined ? "not set" : `set to ${value}`}`,
  )
  return [...settings, ...options]
}

function helperLines({ programType, isTypeAvailable, helpers }: HelperAnswers): string[] {
  const names = helpers.filter(({ isAvailable }) => isAvailable).map(({ name }) => `\t- ${name}`)
  const none = isTypeAvailable
    ? "\tCould not determine which helpers are available"
    : "\tProgram type not supported"
  return [`eBPF helpers supported for program type ${programType}:`, ...(names.length > 0 ? names : [none])]
}
