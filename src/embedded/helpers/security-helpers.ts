import { errnoNumber, sha256 } from "../../base/index.ts"
import { measuredBytes } from "../files/index.ts"
import { memoryArgument } from "./argument.ts"
import type { HelperFunction, HelperTable } from "./helper.ts"

/** BPF_F_BPRM_SECUREEXEC. */
const SECURE_EXEC = 1n
/** HASH_ALGO_SHA256: CONFIG_IMA_DEFAULT_HASH of Debian's kernels. */
const SHA256 = 4
const [EINVAL, EOPNOTSUPP] = [-errnoNumber("EINVAL"), -errnoNumber("EOPNOTSUPP")]

/** The new program is told that it runs with more rights than its caller (AT_SECURE), or that it does not. */
const setExecOptions: HelperFunction = (kernel, [program, flags]) => {
  if ((flags & ~SECURE_EXEC) !== 0n) return EINVAL
  kernel.types.at("linux_binprm", Number(program)).set("secureexec", flags)
  return 0
}

/** No policy asks for measurements, so nothing has been measured before: the file's bytes are hashed here and now. */
const fileHash: HelperFunction = (kernel, [address, buffer, size]) => {
  const to = memoryArgument(kernel, buffer, size)
  if (kernel.core.profile.config("CONFIG_IMA") !== "y") return EOPNOTSUPP
  const bytes = measuredBytes(kernel.core, kernel.types.at("file", Number(address)))
  if (typeof bytes === "number") return EOPNOTSUPP
  kernel.memory.write(to, sha256(bytes).subarray(0, Number(size)))
  return SHA256
}

/** Helpers of programs that are security modules. */
export const SECURITY_HELPERS: HelperTable = {
  bpf_bprm_opts_set: setExecOptions,
  bpf_ima_inode_hash: () => EOPNOTSUPP,
  bpf_ima_file_hash: fileHash,
}
