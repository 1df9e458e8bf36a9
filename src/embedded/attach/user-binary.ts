import { NotModelledError } from "../../base/index.ts"
import { cannotOpen, notInFolders } from "../../kernel/index.ts"
import type { KernelCore } from "../core.ts"
import type { FileNode } from "../files/index.ts"
import { type InstalledProgram, programOf, requireUserPrograms } from "../user/index.ts"

const FOLDERS = {
  library: ["/usr/lib64", "/usr/lib", "/lib/x86_64-linux-gnu"],
  program: ["/bin", "/usr/bin", "/usr/sbin"],
}

/** The file that a probe's binary names. Throws AttachError (ENOENT). */
export function findUserBinary(kernel: KernelCore, binary: string): FileNode {
  requireUserPrograms(kernel)
  const { files } = kernel
  if (binary.includes("/")) {
    const node = files.find(binary)
    if (!node || node.directory) throw cannotOpen(binary, node ? "EISDIR" : "ENOENT")
    return node
  }
  const searched = binary.endsWith(".so") || binary.includes(".so.") ? FOLDERS.library : FOLDERS.program
  for (const folder of searched) {
    const node = files.find(`${folder}/${binary}`)
    if (node) return node
  }
  throw notInFolders(binary, searched)
}

/** The same with its functions and probes. Throws NotModelledError for a file whose bytes nobody has told. */
export function readUserBinary(kernel: KernelCore, binary: string): InstalledProgram {
  const program = programOf(findUserBinary(kernel, binary))
  if (program) return program
  throw new NotModelledError(`the embedded kernel does not know what is in ${binary}`, {
    hint: "install a program there first: world.install(path, program)",
  })
}
