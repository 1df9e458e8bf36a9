import type { EmbeddedKernel, Process } from "../embedded/index.ts"
import { expandText, type Surroundings, type Word } from "./language/index.ts"
import { openConsole } from "./run/console.ts"

/** What a shell may touch of the outside world. */
export interface ShellIo {
  /** As it stands: lines bring their ends. */
  out(text: string): void
  err(text: string): void
  /** A file of the host: object files are read so. Throws a SkepError that names the path. */
  readFile(path: string): Promise<Uint8Array>
}

/** A shell on an embedded kernel: the process that starts all others there, and what it remembers. */
export interface Shell {
  readonly kernel: EmbeddedKernel
  readonly io: ShellIo
  readonly process: Process
  readonly variables: Map<string, string>
  cwd: string
  /** Of the last command. */
  status: number
  /** What it exits with, once a command said so. */
  end: number | undefined
  /** Gives back the streams. */
  close(): void
}

/** Where programs are looked for. */
const PATH = "/usr/sbin:/usr/bin:/sbin:/bin"

/** Opens a shell on a kernel that has been booted (see `bootMachine`). Its standard streams are `io`. */
export function openShell(kernel: EmbeddedKernel, io: ShellIo): Shell {
  const process = kernel.world.shell
  const closeConsole = openConsole(kernel, process.task, io)
  return {
    kernel,
    io,
    process,
    variables: new Map([
      ["HOME", "/root"],
      ["PATH", PATH],
      ["USER", "root"],
    ]),
    cwd: "/",
    status: 0,
    end: undefined,
    close: closeConsole,
  }
}

/** What words of a command line stand for in this shell. */
export function surroundingsOf(shell: Shell): Surroundings {
  const { kernel, variables, process } = shell
  return {
    variable: name => {
      switch (name) {
        case "?":
          return String(shell.status)
        case "$":
          return String(process.pid)
        case "0":
          return "sh"
        case "PWD":
          return shell.cwd
        default:
          return variables.get(name)
      }
    },
    names(directory) {
      const node = kernel.files.find(absolute(shell, directory))
      return node?.directory ? kernel.files.names(node) : []
    },
  }
}

export function textOf(shell: Shell, word: Word): string {
  return expandText(word, surroundingsOf(shell))
}

/** A path as the kernel is to look it up: its own walk knows no working directory. In "/" paths stay as they are. */
export function forKernel({ cwd }: Shell, path: string): string {
  if (path.startsWith("/") || cwd === "/") return path
  return path === "." ? cwd : `${cwd}/${path}`
}

/** The same, without "." and "..". */
export function absolute(shell: Shell, path: string): string {
  const parts: string[] = []
  for (const part of (path.startsWith("/") ? path : `${shell.cwd}/${path}`).split("/")) {
    if (part === "..") parts.pop()
    else if (part !== "" && part !== ".") parts.push(part)
  }
  return `/${parts.join("/")}`
}

/** An object file: of the embedded kernel's own tree, else of the host. */
export async function readObjectFile(shell: Shell, path: string): Promise<Uint8Array> {
  const own = shell.kernel.files.find(absolute(shell, path))
  if (!own || own.directory) return shell.io.readFile(path)
  return shell.kernel.world.readBytes(absolute(shell, path))
}
