import { decodeUtf8, errnoNumber } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import { getname, putname } from "../files/filename.ts"
import { doFilpOpen } from "../files/open.ts"
import type { KernelObject } from "../memory/index.ts"
import { kernelFunction } from "../tracing/kernel-function.ts"
import { syscall } from "../tracing/syscall.ts"
import { schedProcessExec, taskRename } from "./tracepoints.ts"

const AT_FDCWD = -100
/** What open flags an exec uses: O_LARGEFILE | O_RDONLY | __FMODE_EXEC. */
const EXEC_OPEN_FLAGS = 0x8020
const EXECUTE_BITS = 0o111

const securityBprmCredsForExec = kernelFunction(
  "security_bprm_creds_for_exec",
  (_kernel, _bprm: KernelObject): number => 0,
)
const securityBprmCheck = kernelFunction("security_bprm_check", (_kernel, _bprm: KernelObject): number => 0)
const securityBprmCommittingCreds = kernelFunction(
  "security_bprm_committing_creds",
  (_kernel, _bprm: KernelObject): undefined => undefined,
)
const securityBprmCommittedCreds = kernelFunction(
  "security_bprm_committed_creds",
  (_kernel, _bprm: KernelObject): undefined => undefined,
)

const setTaskComm = kernelFunction(
  "__set_task_comm",
  (kernel, task: KernelObject, name: number, _exec: number): undefined => {
    taskRename(kernel, task, name)
    kernel.current.comm = decodeUtf8(kernel.memory.readCString(name))
  },
)

/** The point of no return: the old program image goes, the task gets its new name. */
const beginNewExec = kernelFunction("begin_new_exec", (kernel, bprm: KernelObject): number => {
  const task = kernel.current
  task.dropImage()
  task.executable = kernel.types.at("file", bprm.number("file"))
  const path = decodeUtf8(kernel.memory.readCString(bprm.number("filename")))
  const base = path.lastIndexOf("/") + 1
  setTaskComm(kernel, task.object, bprm.number("filename") + base, 1)
  securityBprmCommittingCreds(kernel, bprm)
  securityBprmCommittedCreds(kernel, bprm)
  return 0
})

const setupNewExec = kernelFunction("setup_new_exec", (_kernel, _bprm: KernelObject): undefined => undefined)
const finalizeExec = kernelFunction("finalize_exec", (_kernel, _bprm: KernelObject): undefined => undefined)

/** The handler of ELF binaries. */
const loadElfBinary = kernelFunction("load_elf_binary", (kernel, bprm: KernelObject): number => {
  const refused = beginNewExec(kernel, bprm)
  if (refused !== 0) return refused
  setupNewExec(kernel, bprm)
  finalizeExec(kernel, bprm)
  return 0
})

/** Finds who can run this kind of file; every modelled file is ELF. */
const searchBinaryHandler = kernelFunction("search_binary_handler", (kernel, bprm: KernelObject): number => {
  const refused = securityBprmCheck(kernel, bprm)
  return refused === 0 ? loadElfBinary(kernel, bprm) : refused
})

const execBinprm = kernelFunction("exec_binprm", (kernel, bprm: KernelObject): number => {
  const oldPid = kernel.current.pid
  const result = searchBinaryHandler(kernel, bprm)
  if (result === 0) schedProcessExec(kernel, kernel.current.object, oldPid, bprm)
  return result
})

/** From 6.8 on the executable is opened before anything else is done; before that, here. */
const OPENED_FIRST_SINCE = "6.8"

const bprmExecve = kernelFunction(
  "bprm_execve",
  (kernel, bprm: KernelObject, _fd: number, filename: KernelObject, _flags: number): number => {
    if (!kernel.since(OPENED_FIRST_SINCE)) {
      const file = openExecutable(kernel, filename)
      if (typeof file === "number") return file
      bprm.set("file", file)
    }
    const refused = securityBprmCredsForExec(kernel, bprm)
    return refused === 0 ? execBinprm(kernel, bprm) : refused
  },
)

const doExecveatCommon = kernelFunction(
  "do_execveat_common",
  (kernel, fd: number, filename: KernelObject, argv: bigint, envp: bigint, flags: number): number => {
    const bprm = allocBprm(kernel, fd, filename, flags)
    if (typeof bprm === "number") return bprm
    bprm.set("argc", countPointers(kernel, argv)).set("envc", countPointers(kernel, envp))
    const result = bprmExecve(kernel, bprm, fd, filename, flags)
    freeBprm(kernel, bprm)
    return result
  },
)

/** What an exec works on, from its beginning to its end. */
const allocBprm = kernelFunction(
  "alloc_bprm",
  (kernel, _fd: number, filename: KernelObject, _flags: number): KernelObject | number => {
    const file = kernel.since(OPENED_FIRST_SINCE) ? openExecutable(kernel, filename) : undefined
    if (typeof file === "number") return file
    const bprm = kernel.types.create("linux_binprm", {
      filename: filename.get("name"),
      interp: filename.get("name"),
      mm: kernel.current.mm,
      cred: kernel.current.cred,
    })
    return file ? bprm.set("file", file) : bprm
  },
)

function freeBprm(kernel: KernelCore, bprm: KernelObject): void {
  const file = bprm.number("file")
  // A task that runs the file keeps it.
  if (file !== 0 && file !== kernel.current.executable?.address) kernel.memory.free(file)
  bprm.free()
}

function openExecutable(kernel: KernelCore, filename: KernelObject): KernelObject | number {
  const flags = kernel.types.create("open_flags", { open_flag: EXEC_OPEN_FLAGS })
  const file = doFilpOpen(kernel, AT_FDCWD, filename, flags)
  flags.free()
  if (typeof file === "number") return file
  if (isExecutable(kernel, file)) return file
  file.free()
  return -errnoNumber("EACCES")
}

/** Present as a function of its own up to 5.18 or so; later compilers inline it. */
const doExecve = kernelFunction(
  "do_execve",
  (kernel, filename: KernelObject, argv: bigint, envp: bigint): number =>
    doExecveatCommon(kernel, AT_FDCWD, filename, argv, envp, 0),
)

function isExecutable(kernel: KernelCore, file: KernelObject): boolean {
  const inode = kernel.types.at("inode", file.number("f_inode"))
  return (inode.number("i_mode") & EXECUTE_BITS) !== 0
}

/** Length of a NULL-terminated array of user pointers. */
function countPointers(kernel: KernelCore, user: bigint): number {
  const address = Number(user)
  if (address === 0) return 0
  let count = 0
  while (
    kernel.memory.isUser(address + count * 8, 8) &&
    kernel.memory.view.getBigUint64(address + count * 8, true) !== 0n
  )
    count++
  return count
}

/** execve(2): 0 or a negative errno. */
export const execve = syscall("execve", 59, (kernel, [path, argv, envp]) => {
  const filename = getname(kernel, path ?? 0n)
  const result = doExecve(kernel, filename.object, argv ?? 0n, envp ?? 0n)
  putname(kernel, filename)
  return result
})
