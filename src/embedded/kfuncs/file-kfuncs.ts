import { decodeUtf8, errnoNumber } from "../../base/index.ts"
import { dynptrArgument } from "../dynptr/dynptr.ts"
import { inodePermission, MAY_READ, ownerMap, writePath } from "../files/index.ts"
import { memoryArgument, stringArgument } from "../helpers/argument.ts"
import type { HelperFunction, HelperKernel, HelperTable } from "../helpers/helper.ts"
import { int } from "./result.ts"

const [EINVAL, EPERM, ENODATA] = (["EINVAL", "EPERM", "ENODATA"] as const).map(name =>
  int(-errnoNumber(name)),
) as [bigint, bigint, bigint]
/** The only attributes that programs may read. */
const USER_PREFIX = "user."
/** `struct fsverity_digest` without its digest: algorithm and size. */
const [DIGEST_HEADER, DIGEST_ALIGNMENT] = [4, 2]

/** The file that a task runs; 0 for threads of the kernel. Nothing closes it while a program runs: it needs no count. */
const executable: HelperFunction = ({ types }, [task]) => {
  const mm = types.at("task_struct", Number(task)).number("mm")
  return mm === 0 ? 0 : types.at("mm_struct", mm).number("exe_file")
}

const path: HelperFunction = (kernel, [address, buffer, size]) => {
  if (size === 0n) return EINVAL
  const from = memoryArgument(kernel, address, 8n)
  return int(writePath(kernel.core, from, memoryArgument(kernel, buffer, size), Number(size)))
}

/** No file of the model has attributes, nor can one be given any. */
function attribute(kernel: HelperKernel, dentry: number, name: bigint, value: bigint): bigint {
  const { core, types } = kernel
  if (!decodeUtf8(stringArgument(kernel, name)).startsWith(USER_PREFIX)) return EPERM
  const { data, readOnly } = dynptrArgument(kernel, value)
  if (data === 0 || readOnly) return EINVAL
  const inode = types.at("inode", types.at("dentry", dentry).number("d_inode"))
  const refused = inodePermission(core, ownerMap(core), inode, MAY_READ)
  return refused === 0 ? ENODATA : int(refused)
}

/** No file of the model has fs-verity switched on. */
const verityDigest: HelperFunction = (kernel, [_file, digest]) => {
  const { data, size, offset, readOnly } = dynptrArgument(kernel, digest)
  const isFit = data !== 0 && !readOnly && size >= DIGEST_HEADER && (data + offset) % DIGEST_ALIGNMENT === 0
  return isFit ? ENODATA : EINVAL
}

/** Kernel functions for open files. */
export const FILE_KFUNCS: HelperTable = {
  bpf_get_task_exe_file: executable,
  bpf_put_file: () => 0,
  bpf_path_d_path: path,
  bpf_get_dentry_xattr: (kernel, [dentry, name, value]) => attribute(kernel, Number(dentry), name, value),
  bpf_get_file_xattr: (kernel, [file, name, value]) =>
    attribute(kernel, kernel.types.at("file", Number(file)).number("f_path.dentry"), name, value),
  bpf_get_fsverity_digest: verityDigest,
}
