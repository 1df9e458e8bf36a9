/** `skep shell`: command lines on one embedded kernel. May import bpftool, embedded and what they may; runs in a browser. */
export { runBpftool } from "./bpftool/index.ts"
export { completions } from "./complete.ts"
export { parse } from "./language/index.ts"
export { bootMachine, MACHINE } from "./machine.ts"
export { runText } from "./run/run-list.ts"
export { openShell, type Shell, type ShellIo } from "./shell.ts"
