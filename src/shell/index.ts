/** `skep shell`: command lines on one embedded kernel. May import the public folders and embedded; runs in a browser. */
export { completions } from "./complete.ts"
export { parse } from "./language/index.ts"
export { bootMachine, MACHINE } from "./machine.ts"
export { runText } from "./run/run-list.ts"
export { openShell, type Shell, type ShellIo } from "./shell.ts"
