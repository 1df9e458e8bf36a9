import { writePath } from "../files/index.ts"
import { memoryArgument } from "./argument.ts"
import type { HelperFunction, HelperTable } from "./helper.ts"

const path: HelperFunction = (kernel, [address, buffer, size]) => {
  if (size === 0n) return 0
  return writePath(
    kernel.core,
    memoryArgument(kernel, address, 8n),
    memoryArgument(kernel, buffer, size),
    Number(size),
  )
}

/** The struct socket that an open file is of; 0 for other files. */
const socketOf: HelperFunction = ({ core }, [file]) =>
  core.sockets.ofFile(Number(file))?.socketObject.address ?? 0

/** Helpers for open files. */
export const FILE_HELPERS: HelperTable = {
  bpf_d_path: path,
  bpf_sock_from_file: socketOf,
}
