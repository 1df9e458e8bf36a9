import { runBpftool } from "../../bpftool/index.ts"
import { readObjectFile } from "../../shell.ts"
import type { ShellCommand } from "../support/command.ts"

export const bpftool: ShellCommand = {
  summary: "programs, maps, links and BTF: bpftool prog|map|link|net|perf|btf|feature … (bpftool help)",
  path: "/usr/sbin/bpftool",
  run: call =>
    runBpftool(call.args, call.shell.kernel, {
      out: text => call.out(text),
      err: text => call.err(text),
      readFile: path => readObjectFile(call.shell, path),
    }),
}
