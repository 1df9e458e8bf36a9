import type { CommandIo } from "../../bpftool/index.ts"
import type { EmbeddedKernel } from "../../embedded/index.ts"

const KERNEL_TYPES = "/sys/kernel/btf/vmlinux"

/** The kernel's own types are its file; all other files are the host's. */
export function withKernelFiles(io: CommandIo, kernel: EmbeddedKernel): CommandIo {
  return {
    out: text => io.out(text),
    err: text => io.err(text),
    readFile: async path => (path === KERNEL_TYPES ? kernel.profile.btfBytes() : io.readFile(path)),
    ...(io.writeFile && { writeFile: io.writeFile.bind(io) }),
  }
}
