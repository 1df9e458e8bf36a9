/** A shell on one embedded kernel. May import bpftool, embedded and what they may. */
export { runBpftool } from "./bpftool/index.ts"
