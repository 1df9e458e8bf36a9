/** bpftool on an embedded kernel. May import base, bpftool, kernel, object and embedded. */
export { runBpftool } from "./run-bpftool.ts"
