import type { FeatureReport } from "../../kernel/index.ts"
import type { JsonWriter } from "../objects/json-writer.ts"
import { MISC, MISC_FEATURES, SYSCTL_NAMES, SYSCTLS } from "./texts.ts"

/** A report as bpftool's JSON has it. */
export function featuresJson(report: FeatureReport, json: JsonWriter): void {
  const { config, sysctls, hasSystemCall, programTypes, mapTypes, helpers, misc } = report
  json.object(() => {
    if (config)
      json.objectField("system_config", () => {
        for (const name of sysctls ? SYSCTL_NAMES : []) json.field(SYSCTLS[name].key, sysctls?.[name] ?? -1)
        for (const { name, value } of config) json.field(name, value ?? null)
      })
    json.objectField("syscall_config", () => json.field("have_bpf_syscall", hasSystemCall))
    if (!hasSystemCall) return
    json.objectField("program_types", () => {
      for (const { name, isAvailable } of programTypes) json.field(`have_${name}_prog_type`, isAvailable)
    })
    json.objectField("map_types", () => {
      for (const { name, isAvailable } of mapTypes) json.field(`have_${name}_map_type`, isAvailable)
    })
    json.objectField("helpers", () => {
      for (const { programType, helpers: answers } of helpers)
        json.arrayField(`${programType}_available_helpers`, () => {
          for (const { name, isAvailable } of answers) if (isAvailable) json.string(name)
        })
    })
    json.objectField("misc", () => {
      for (const feature of MISC_FEATURES) json.field(MISC[feature].key, misc[feature])
    })
  })
}
