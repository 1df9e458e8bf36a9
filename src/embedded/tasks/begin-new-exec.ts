import { decodeUtf8 } from "../../base/index.ts"
import { inodePermission, MAY_READ, ownerMap } from "../files/index.ts"
import type { KernelObject } from "../memory/index.ts"
import { kernelFunction } from "../tracing/kernel-function.ts"
import { securityCheck, securityNotice } from "../tracing/security.ts"
import { schedPrepareExec, taskRename } from "./tracepoints.ts"

const securityBprmCommittingCreds = securityNotice<[bprm: KernelObject]>("bprm_committing_creds")
const securityBprmCommittedCreds = securityNotice<[bprm: KernelObject]>("bprm_committed_creds")
const securityBprmCredsFromFile =
  securityCheck<[bprm: KernelObject, file: KernelObject]>("bprm_creds_from_file")

/** Of the model's credentials an exec changes the capabilities. */
const commitCreds = kernelFunction("commit_creds", (kernel, _cred: KernelObject): number => {
  kernel.current.capabilities.setFor(kernel.current.uid)
  return 0
})

const setTaskComm = kernelFunction(
  "__set_task_comm",
  (kernel, task: KernelObject, name: number, _exec: number): undefined => {
    taskRename(kernel, task, name)
    kernel.current.comm = decodeUtf8(kernel.memory.readCString(name))
  },
)

const doCloseOnExec = kernelFunction(
  "do_close_on_exec",
  (_kernel, _files: KernelObject): undefined => undefined,
)
/** Who may not read the program may not have its memory dumped either. */
const wouldDump = kernelFunction(
  "would_dump",
  (kernel, _bprm: KernelObject, file: KernelObject): undefined => {
    const inode = kernel.types.at("inode", file.number("f_inode"))
    inodePermission(kernel, ownerMap(kernel), inode, MAY_READ)
  },
)
const execMmRelease = kernelFunction(
  "exec_mm_release",
  (_kernel, _task: KernelObject, _mm: KernelObject): undefined => undefined,
)

/** From 6.10 on there is an event while the old program is still there. */
const PREPARED_SINCE = "6.10"

/** The point of no return: the old program image goes, the task gets its new name. */
export const beginNewExec = kernelFunction("begin_new_exec", (kernel, bprm: KernelObject): number => {
  const task = kernel.current
  const file = kernel.types.at("file", bprm.number("file"))
  const refused = securityBprmCredsFromFile(kernel, bprm, file)
  if (refused !== 0) return refused
  if (kernel.since(PREPARED_SINCE)) schedPrepareExec(kernel, task.object, bprm)
  doCloseOnExec(kernel, task.files)
  wouldDump(kernel, bprm, file)
  execMmRelease(kernel, task.object, task.mm)
  task.dropImage()
  task.forgetHandlers()
  task.adoptMm(kernel.types.at("mm_struct", bprm.number("mm")))
  bprm.set("mm", 0)
  task.executable = file
  const path = decodeUtf8(kernel.memory.readCString(bprm.number("filename")))
  const base = path.lastIndexOf("/") + 1
  setTaskComm(kernel, task.object, bprm.number("filename") + base, 1)
  securityBprmCommittingCreds(kernel, bprm)
  commitCreds(kernel, task.cred)
  securityBprmCommittedCreds(kernel, bprm)
  return 0
})
