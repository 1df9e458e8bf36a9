import { type Executable, executableOf, type UserProgram } from "../../kernel/index.ts"
import type { FileNode } from "../files/index.ts"

/** A program's file in the tree. */
export interface InstalledProgram {
  readonly node: FileNode
  readonly executable: Executable
  readonly functions: UserProgram["functions"]
  readonly conventions: NonNullable<UserProgram["conventions"]>
}

const installed = new WeakMap<FileNode, InstalledProgram>()

/** Gives a file the bytes of a program. Throws AttachError (ENOEXEC) for what is none. */
export function installProgram(node: FileNode, path: string, program: UserProgram): void {
  const { image, functions, conventions = {} } = program
  installed.set(node, { node, executable: executableOf(image, path), functions, conventions })
}

/** Undefined for files whose bytes nobody has told. */
export function programOf(node: FileNode): InstalledProgram | undefined {
  return installed.get(node)
}
