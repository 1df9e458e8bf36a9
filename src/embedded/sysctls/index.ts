/** Sysctls: the files below /proc/sys, and the programs of control groups that decide over them. May import base, files, memory and cgroups. */
export * from "./access.ts"
export * from "./sysctl.ts"
export * from "./table.ts"
