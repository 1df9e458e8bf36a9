import { mkdir, rm, rmdir, touch } from "./files/change.ts"
import { ls } from "./files/ls.ts"
import { ip } from "./network/ip/ip.ts"
import { ping } from "./network/ping.ts"
import { tc } from "./network/tc/tc.ts"
import type { ShellCommand } from "./support/command.ts"
import { bpftool } from "./system/bpftool.ts"
import { cd, exit, exportVariable, fail, pwd, sleep, succeed } from "./system/builtins.ts"
import { helpOn } from "./system/help.ts"
import { hostname, id, ps, uname } from "./system/machine.ts"
import { cat } from "./text/cat.ts"
import { echo } from "./text/echo.ts"
import { grep } from "./text/grep.ts"
import { cut, head, sort, tail, uniq, wc } from "./text/lines.ts"

/** Every command by its name, in the order of `help`. */
const COMMANDS: Readonly<Record<string, ShellCommand>> = {
  help: helpOn(() => COMMANDS),
  bpftool,
  cat,
  cd,
  cut,
  echo,
  exit,
  export: exportVariable,
  false: fail,
  grep,
  head,
  hostname,
  id,
  ip,
  ls,
  mkdir,
  ping,
  ps,
  pwd,
  rm,
  rmdir,
  sleep,
  sort,
  tail,
  tc,
  touch,
  true: succeed,
  uname,
  uniq,
  wc,
}

/** Programs that are the shell's own commands as well. */
const PROGRAMS: Readonly<Record<string, ShellCommand>> = {
  "/bin/echo": { ...echo, path: "/bin/echo" },
  "/bin/false": { ...fail, path: "/bin/false" },
  "/bin/true": { ...succeed, path: "/bin/true" },
  "/bin/pwd": { ...pwd, path: "/bin/pwd" },
}

const BY_PATH = new Map(
  [...Object.values(COMMANDS), ...Object.values(PROGRAMS)].flatMap(command =>
    command.path === undefined ? [] : [[command.path, command] as const],
  ),
)

export function commandNames(): string[] {
  return Object.keys(COMMANDS)
}

/** Paths of the programs that do what commands do. */
export function programPaths(): string[] {
  return [...BY_PATH.keys()]
}

export function findCommand(name: string): ShellCommand | undefined {
  return Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
}

/** What the program at a path does. */
export function commandAt(path: string): ShellCommand | undefined {
  return BY_PATH.get(path)
}
