import { syscall } from "../tracing/syscall.ts"

/** getppid(2): the process that waits for this one. */
export const getppid = syscall("getppid", kernel => (kernel.current.parent ?? kernel.current).tgid)
