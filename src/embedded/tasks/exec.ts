import { errnoNumber } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import { getname, putname } from "../files/filename.ts"
import { doFilpOpen, LOOKUP_FOLLOW } from "../files/open-path.ts"
import { kernelRead } from "../files/read-write.ts"
import { releaseFile } from "../files/release-file.ts"
import type { KernelObject } from "../memory/index.ts"
import { kernelFunction } from "../tracing/kernel-function.ts"
import { securityCheck } from "../tracing/security.ts"
import { syscall } from "../tracing/syscall.ts"
import { describeImage } from "./areas.ts"
import { beginNewExec } from "./begin-new-exec.ts"
import { newMm } from "./task.ts"
import { schedProcessExec } from "./tracepoints.ts"
import { countPointers, stringsAt } from "./user-strings.ts"

const AT_FDCWD = -100
/** What open flags an exec uses: O_LARGEFILE | O_RDONLY | __FMODE_EXEC. */
const EXEC_OPEN_FLAGS = 0x8020

const securityBprmCredsForExec = securityCheck<[bprm: KernelObject]>("bprm_creds_for_exec")
const securityBprmCheck = securityCheck<[bprm: KernelObject]>("bprm_check", "bprm_check_security")
const setupNewExec = kernelFunction("setup_new_exec", (_kernel, _bprm: KernelObject): undefined => undefined)
const finalizeExec = kernelFunction("finalize_exec", (_kernel, _bprm: KernelObject): undefined => undefined)
/** ELF files of today say so in a PT_GNU_STACK header: EXSTACK_DISABLE_X. */
const STACK_NOT_EXECUTABLE = 1
const setupArgPages = kernelFunction(
  "setup_arg_pages",
  (_kernel, _bprm: KernelObject, _stackTop: number, _executableStack: number): number => 0,
)

/** What is read of a file to see what it is, and of an ELF file then: as much as three program headers are. */
const [BINPRM_BUF_SIZE, PROGRAM_HEADERS] = [256, 3 * 56]

function readHeader(kernel: KernelCore, bprm: KernelObject, size: number): number {
  const file = kernel.types.at("file", bprm.number("file"))
  const count = kernelRead(kernel, file, bprm.addressOf("buf"), size, 0)
  return count < 0n ? Number(count) : 0
}

/** The handler of ELF binaries. */
const loadElfBinary = kernelFunction("load_elf_binary", (kernel, bprm: KernelObject): number => {
  const refused = readHeader(kernel, bprm, PROGRAM_HEADERS) || beginNewExec(kernel, bprm)
  if (refused !== 0) return refused
  setupNewExec(kernel, bprm)
  describeImage(kernel.current)
  setupArgPages(kernel, bprm, kernel.current.setUpStack(), STACK_NOT_EXECUTABLE)
  finalizeExec(kernel, bprm)
  return 0
})

/** Finds who can run this kind of file; every modelled file is ELF. */
const searchBinaryHandler = kernelFunction("search_binary_handler", (kernel, bprm: KernelObject): number => {
  const refused = readHeader(kernel, bprm, BINPRM_BUF_SIZE) || securityBprmCheck(kernel, bprm)
  return refused === 0 ? loadElfBinary(kernel, bprm) : refused
})

const procExecConnector = kernelFunction(
  "proc_exec_connector",
  (_kernel, _task: KernelObject): undefined => undefined,
)

const execBinprm = kernelFunction("exec_binprm", (kernel, bprm: KernelObject): number => {
  const oldPid = kernel.current.pid
  const result = searchBinaryHandler(kernel, bprm)
  if (result !== 0) return result
  schedProcessExec(kernel, kernel.current.object, oldPid, bprm)
  procExecConnector(kernel, kernel.current.object)
  return 0
})

/** Picks a CPU for the new program. */
const schedExec = kernelFunction("sched_exec", (_kernel): undefined => undefined)

/** From 6.8 on the executable is opened before anything else is done; before that, here. */
const OPENED_FIRST_SINCE = "6.8"

const GFP_KERNEL = 0xcc0
const securityPrepareCreds = securityCheck<[next: KernelObject, old: KernelObject, gfp: number]>(
  "prepare_creds",
  "cred_prepare",
)

/** The credentials that the new program is to have; 0 where the security modules refuse. The model's are those that the task has. */
const prepareExecCreds = kernelFunction("prepare_exec_creds", (kernel): KernelObject | number => {
  const { cred } = kernel.current
  return securityPrepareCreds(kernel, cred, cred, GFP_KERNEL) === 0 ? cred : 0
})

const bprmExecve = kernelFunction(
  "bprm_execve",
  (kernel, bprm: KernelObject, fd: number, filename: KernelObject, flags: number): number => {
    const cred = prepareExecCreds(kernel)
    if (cred === 0) return -errnoNumber("ENOMEM")
    if (!kernel.since(OPENED_FIRST_SINCE)) {
      const file = doOpenExecat(kernel, fd, filename, flags)
      if (typeof file === "number") return file
      bprm.set("file", file)
    }
    schedExec(kernel)
    const refused = securityBprmCredsForExec(kernel, bprm)
    return refused === 0 ? execBinprm(kernel, bprm) : refused
  },
)

/** Puts a string of the kernel's on the new program's stack. */
const copyStringKernel = kernelFunction(
  "copy_string_kernel",
  (_kernel, _text: number, _bprm: KernelObject): number => 0,
)

/** argv and envp come as pairs of registers: whether the pointers are 32 bits wide, and the pointer. */
const doExecveatCommon = kernelFunction(
  "do_execveat_common",
  (
    kernel,
    fd: number,
    filename: KernelObject | number,
    _narrowArgv: number,
    argv: bigint,
    _narrowEnvp: number,
    envp: bigint,
  ): number => {
    if (typeof filename === "number") return filename
    const result = execFilename(kernel, fd, filename, argv, envp)
    putname(kernel, filename)
    return result
  },
)

function execFilename(
  kernel: KernelCore,
  fd: number,
  filename: KernelObject,
  argv: bigint,
  envp: bigint,
): number {
  const flags = 0
  const bprm = allocBprm(kernel, fd, filename, flags)
  if (typeof bprm === "number") return bprm
  bprm.set("argc", countPointers(kernel, argv)).set("envc", countPointers(kernel, envp))
  // The old program's memory goes on the way, and the arguments in it.
  const words = stringsAt(kernel, argv)
  const result =
    copyStringKernel(kernel, bprm.number("filename"), bprm) || bprmExecve(kernel, bprm, fd, filename, flags)
  if (result === 0) kernel.current.commandLine = words
  freeBprm(kernel, bprm)
  return result
}

/** What an exec works on, from its beginning to its end. */
const allocBprm = kernelFunction(
  "alloc_bprm",
  (kernel, fd: number, filename: KernelObject, flags: number): KernelObject | number => {
    const file = kernel.since(OPENED_FIRST_SINCE) ? doOpenExecat(kernel, fd, filename, flags) : undefined
    if (typeof file === "number") return file
    const bprm = kernel.types.create("linux_binprm", {
      filename: filename.get("name"),
      interp: filename.get("name"),
      mm: newMm(kernel),
      cred: kernel.current.cred,
    })
    return file ? bprm.set("file", file) : bprm
  },
)

const freeBprm = kernelFunction("free_bprm", (kernel, bprm: KernelObject): undefined => {
  const file = bprm.number("file")
  // A task that runs the file keeps it, and the address space too.
  if (file !== 0 && file !== kernel.current.executable?.address)
    releaseFile(kernel, kernel.types.at("file", file))
  if (bprm.number("mm") !== 0) kernel.memory.free(bprm.number("mm"))
  bprm.free()
})

const doOpenExecat = kernelFunction(
  "do_open_execat",
  (kernel, fd: number, filename: KernelObject, _flags: number): KernelObject | number => {
    const flags = kernel.types.create("open_flags", {
      open_flag: EXEC_OPEN_FLAGS,
      lookup_flags: LOOKUP_FOLLOW,
    })
    const file = doFilpOpen(kernel, fd, filename, flags)
    flags.free()
    return file
  },
)

/** Present as a function of its own up to 5.18 or so; later compilers inline it. */
const doExecve = kernelFunction(
  "do_execve",
  (kernel, filename: KernelObject | number, argv: bigint, envp: bigint): number =>
    doExecveatCommon(kernel, AT_FDCWD, filename, 0, argv, 0, envp),
)

/** execve(2): 0 or a negative errno. */
export const execve = syscall("execve", (kernel, [path, argv, envp]) =>
  doExecve(kernel, getname(kernel, path ?? 0n), argv ?? 0n, envp ?? 0n),
)
