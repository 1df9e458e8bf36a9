import { errnoText } from "../../../base/index.ts"
import type { FileNode } from "../../../embedded/index.ts"
import { failed, type Invocation } from "../../run/invocation.ts"
import { absolute, forKernel } from "../../shell.ts"
import type { ShellCommand } from "../support/command.ts"
import { parseFlags } from "../support/flags.ts"
import { idName } from "../support/users.ts"
import { modeText } from "./mode-text.ts"

/** Something could not be looked at. */
const TROUBLE = 2

export const ls: ShellCommand = {
  summary: "list directories, one name a line: ls [-lad1i] [PATH]...",
  path: "/bin/ls",
  run(call) {
    const { on, operands } = parseFlags(call, "lad1i")
    const paths = operands.length > 0 ? operands : [call.shell.cwd]
    const { files } = call.shell.kernel
    let status = 0
    const [plain, folders]: [string[], string[]] = [[], []]
    for (const path of paths) {
      const node = files.find(absolute(call.shell, path))
      if (!node) {
        call.err(`ls: cannot access '${path}': ${errnoText("ENOENT")}\n`)
        status = TROUBLE
      } else if (node.directory && !on.has("d")) folders.push(path)
      else plain.push(path)
    }
    call.out(
      rows(
        call,
        plain.map(path => [path, files.find(absolute(call.shell, path))!] as const),
        on,
      ),
    )
    folders.forEach((path, index) => {
      const names = namesIn(call, path, on.has("a"))
      if (!names) {
        status = TROUBLE
        return
      }
      const heading = paths.length > 1 ? `${index > 0 || plain.length > 0 ? "\n" : ""}${path}:\n` : ""
      const folder = files.find(absolute(call.shell, path))!
      const found = names.flatMap(name => {
        const node = name === "." ? folder : files.child(folder, name)
        return node ? [[name, node] as const] : []
      })
      call.out(`${heading}${on.has("l") ? "total 0\n" : ""}${rows(call, found, on)}`)
    })
    return status
  },
}

/** Opens a directory and reads its names. */
function namesIn(call: Invocation, path: string, isAll: boolean): string[] | undefined {
  const { process, shell } = call
  const opened = process.open(forKernel(shell, path), { directory: true })
  if (!opened.ok) {
    call.err(`ls: cannot open directory '${path}': ${errnoText(opened.errno)}\n`)
    return undefined
  }
  const read = process.names(opened.value)
  process.close(opened.value)
  if (!read.ok) call.err(failed(call, path, read.errno))
  return read.names.filter(name => isAll || !name.startsWith(".")).sort()
}

/** Times are not kept: every file is as old as the machine's clock is. */
const TIME = "Jan  1  1970"

function rows(
  { shell }: Invocation,
  entries: readonly (readonly [name: string, node: FileNode])[],
  on: ReadonlySet<string>,
): string {
  const inode = (node: FileNode): string => (on.has("i") ? `${node.inode.number("i_ino")} ` : "")
  if (!on.has("l")) return entries.map(([name, node]) => `${inode(node)}${name}\n`).join("")
  const cells = entries.map(([name, node]) => {
    const { device } = node
    const size = device ? `${device.major}, ${device.minor}` : String(node.operations?.size?.() ?? 0)
    const [links, owner, group] = [
      String(node.inode.number("i_nlink")),
      idName(shell, "user", node.inode.number("i_uid.val")),
      idName(shell, "group", node.inode.number("i_gid.val")),
    ]
    return { name, node, links, owner, group, size }
  })
  const width = (of: "links" | "owner" | "group" | "size"): number =>
    Math.max(0, ...cells.map(cell => cell[of].length))
  const widths = { links: width("links"), owner: width("owner"), group: width("group"), size: width("size") }
  return cells
    .map(({ name, node, links, owner, group, size }) =>
      [
        inode(node) + modeText(node.inode.number("i_mode")),
        links.padStart(widths.links),
        owner.padEnd(widths.owner),
        group.padEnd(widths.group),
        size.padStart(widths.size),
        `${TIME} ${name}\n`,
      ].join(" "),
    )
    .join("")
}
