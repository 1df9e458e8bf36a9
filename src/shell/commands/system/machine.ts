import { CommandFailure } from "../../run/invocation.ts"
import type { ShellCommand } from "../support/command.ts"
import { parseFlags } from "../support/flags.ts"
import { idName } from "../support/users.ts"

export const id: ShellCommand = {
  summary: "who runs the commands: id [-u] [-g] [-n]",
  path: "/bin/id",
  run(call) {
    const { on } = parseFlags(call, "ugn")
    const { task } = call.process
    const [user, group] = [idName(call.shell, "user", task.uid), idName(call.shell, "group", task.gid)]
    if (on.has("u")) call.out(`${on.has("n") ? user : task.uid}\n`)
    else if (on.has("g")) call.out(`${on.has("n") ? group : task.gid}\n`)
    else call.out(`uid=${task.uid}(${user}) gid=${task.gid}(${group}) groups=${task.gid}(${group})\n`)
    return 0
  },
}

export const uname: ShellCommand = {
  summary: "which kernel this is: uname [-asrnvm]",
  path: "/bin/uname",
  run(call) {
    const { on } = parseFlags(call, "asrnvm")
    const { profile, world } = call.shell.kernel
    // Behind the compiler's words in /proc/version.
    const build = /#.*$/.exec(profile.facts.banner)?.[0] ?? ""
    const parts = {
      s: "Linux",
      n: world.readText("/proc/sys/kernel/hostname").trim(),
      r: profile.version,
      v: build,
      m: call.shell.kernel.architecture.machine,
    } as const
    const isAll = on.has("a")
    const shown = Object.entries(parts).filter(([letter]) => isAll || on.has(letter))
    const words = shown.length > 0 ? shown.map(([, text]) => text) : [parts.s]
    call.out(`${words.join(" ")}${isAll ? " GNU/Linux" : ""}\n`)
    return 0
  },
}

export const hostname: ShellCommand = {
  summary: "print the machine's name",
  path: "/bin/hostname",
  run(call) {
    call.out(call.shell.kernel.world.readText("/proc/sys/kernel/hostname"))
    return 0
  },
}

export const ps: ShellCommand = {
  summary: "list processes: ps [-e|aux]",
  path: "/bin/ps",
  run(call) {
    const [option] = call.args
    if (option !== undefined && !/^(-[eAf]+|aux|ax|a)$/.test(option))
      throw new CommandFailure(`ps: '${option}' is not supported: ps, ps -e, ps aux\n`)
    const { kernel, process } = call.shell
    const all = kernel.processes().filter(({ pid }) => pid !== 0)
    const isOwn = (pid: number): boolean => pid === process.pid || pid === call.process.pid
    if (option === "aux") {
      call.out("USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n")
      for (const { pid, uid, comm } of all)
        call.out(
          `${idName(call.shell, "user", uid).padEnd(8)} ${String(pid).padStart(7)}  0.0  0.0      0     0 ${terminal(pid)} ${(pid === call.process.pid ? "R" : "S").padEnd(4)} 00:00   0:00 ${comm}\n`,
        )
      return 0
    }
    call.out("    PID TTY          TIME CMD\n")
    for (const { pid, comm } of all)
      if (option !== undefined || isOwn(pid))
        call.out(`${String(pid).padStart(7)} ${terminal(pid)} 00:00:00 ${comm}\n`)
    return 0

    function terminal(pid: number): string {
      return (isOwn(pid) ? "pts/0" : "?").padEnd(8)
    }
  },
}
