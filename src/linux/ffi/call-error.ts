import { SystemCallError } from "../../base/index.ts"

/** A system call that the machine's own kernel refused. */
export class LinuxCallError extends SystemCallError {}
