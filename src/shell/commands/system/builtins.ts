import { CommandFailure, failed } from "../../run/invocation.ts"
import { absolute } from "../../shell.ts"
import type { ShellCommand } from "../support/command.ts"

export const cd: ShellCommand = {
  summary: "change the working directory: cd [PATH]",
  run(call) {
    const { shell, args } = call
    const wanted = args[0] ?? shell.variables.get("HOME") ?? "/"
    const path = absolute(shell, wanted)
    const node = shell.kernel.files.find(path)
    if (!node) throw new CommandFailure(`sh: ${failed(call, wanted, "ENOENT")}`)
    if (!node.directory) throw new CommandFailure(`sh: ${failed(call, wanted, "ENOTDIR")}`)
    shell.cwd = path
    return 0
  },
}

export const pwd: ShellCommand = {
  summary: "print the working directory",
  run(call) {
    call.out(`${call.shell.cwd}\n`)
    return 0
  },
}

export const exit: ShellCommand = {
  summary: "leave the shell: exit [STATUS]",
  run({ shell, args, process }) {
    const [status = String(shell.status)] = args
    if (!/^\d+$/.test(status)) throw new CommandFailure(`sh: exit: ${status}: numeric argument required\n`, 2)
    // In a pipeline only that part of it ends.
    if (process === shell.process) shell.end = Number(status) & 0xff
    return Number(status) & 0xff
  },
}

export const exportVariable: ShellCommand = {
  summary: "set variables: export NAME=VALUE...",
  run({ shell, args }) {
    for (const word of args) {
      const [, name, value] = /^([A-Za-z_]\w*)(?:=(.*))?$/s.exec(word) ?? []
      if (name === undefined) throw new CommandFailure(`sh: export: \`${word}': not a valid identifier\n`)
      if (value !== undefined) shell.variables.set(name, value)
    }
    return 0
  },
}

export const succeed: ShellCommand = { summary: "do nothing, successfully", run: () => 0 }
export const fail: ShellCommand = { summary: "do nothing, unsuccessfully", run: () => 1 }

/** The shell's own process waits for nobody: what it would wait for has ended. */

export const sleep: ShellCommand = {
  summary: "let the kernel's clock go on: sleep SECONDS",
  path: "/bin/sleep",
  async run({ shell, args }) {
    const seconds = args.map(word => /^(\d+(?:\.\d+)?)([smh]?)$/.exec(word))
    if (seconds.length === 0) throw new CommandFailure("sleep: missing operand\n")
    const wrong = seconds.findIndex(match => !match)
    if (wrong >= 0) throw new CommandFailure(`sleep: invalid time interval ‘${args[wrong]}’\n`)
    const units: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3600 }
    const total = seconds.reduce((sum, match) => sum + Number(match![1]) * units[match![2]!]!, 0)
    await shell.kernel.world.sleep(total * 1000)
    return 0
  },
}
