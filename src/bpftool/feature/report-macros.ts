import type { FeatureReport, HelperAnswers } from "../../kernel/index.ts"
import { MISC, MISC_FEATURES } from "./texts.ts"

/** Options whose values C code needs. */
const VALUES: readonly string[] = ["CONFIG_HZ"]

/** A report as a header for C, as bpftool writes it. `prefix` stands in front of every name. */
export function featuresMacros(report: FeatureReport, prefix: string): string {
  const { config, hasSystemCall, programTypes, mapTypes, helpers, misc } = report
  const has = (name: string, isAvailable: boolean): string =>
    `#define ${prefix}${isAvailable ? "" : "NO_"}HAVE_${name}`
  const sections: string[][] = []
  if (config) sections.push(["/*** Misc kernel config items ***/", ...configLines(config, prefix)])
  sections.push(["/*** System call availability ***/", has("BPF_SYSCALL", hasSystemCall)])
  if (hasSystemCall)
    sections.push(
      [
        "/*** eBPF program types ***/",
        ...programTypes.map(each => has(`${each.name.toUpperCase()}_PROG_TYPE`, each.isAvailable)),
      ],
      [
        "/*** eBPF map types ***/",
        ...mapTypes.map(each => has(`${each.name.toUpperCase()}_MAP_TYPE`, each.isAvailable)),
      ],
      [
        "/*** eBPF helper functions ***/",
        ...helperHeading(prefix),
        ...helpers.flatMap(each => helperLines(each, prefix)),
      ],
      [
        "/*** eBPF misc features ***/",
        ...MISC_FEATURES.map(feature => has(MISC[feature].macro, misc[feature])),
      ],
    )
  return sections.map(lines => `${lines.join("\n")}\n\n`).join("")
}

function configLines(config: NonNullable<FeatureReport["config"]>, prefix: string): string[] {
  return config
    .filter(({ name }) => VALUES.includes(name))
    .map(({ name, value }) =>
      value === undefined ? `/* ${prefix}${name} is not set */` : `#define ${prefix}${name} ${value}`,
    )
}

/** How to ask for one: a macro that puts the two names together. */
function helperHeading(prefix: string): string[] {
  return [
    "/*",
    ` * Use ${prefix}HAVE_PROG_TYPE_HELPER(prog_type_name, helper_name)`,
    " * to determine if <helper_name> is available for <prog_type_name>,",
    " * e.g.",
    ` *\t#if ${prefix}HAVE_PROG_TYPE_HELPER(xdp, bpf_redirect)`,
    " *\t\t// do stuff with this helper",
    " *\t#elif",
    " *\t\t// use a workaround",
    " *\t#endif",
    " */",
    `#define ${prefix}HAVE_PROG_TYPE_HELPER(prog_type, helper)\t\\`,
    `\t${prefix}BPF__PROG_TYPE_ ## prog_type ## __HELPER_ ## helper`,
  ]
}

function helperLines({ programType, helpers }: HelperAnswers, prefix: string): string[] {
  return helpers.map(
    ({ name, isAvailable }) =>
      `#define ${prefix}BPF__PROG_TYPE_${programType}__HELPER_${name} ${isAvailable ? 1 : 0}`,
  )
}
