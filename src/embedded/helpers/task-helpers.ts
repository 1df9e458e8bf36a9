import { encodeUtf8, errnoNumber } from "../../base/index.ts"
import { memoryArgument, word } from "./argument.ts"
import type { HelperFunction, HelperTable } from "./helper.ts"

/** Bytes of a task's name with its NUL (TASK_COMM_LEN). */
const COMM_BYTES = 16

/** Where the only pid namespace of the model is: the device and inode of /proc/PID/ns/pid. */
export const PID_NAMESPACE = { device: 4n, inode: 0xeffffffcn }
/** Bytes of `struct bpf_pidns_info`: pid and tgid. */
const PIDNS_INFO = 8

const namespacePid: HelperFunction = (kernel, [device, inode, info, size]) => {
  const at = memoryArgument(kernel, info, size)
  const isThere = device === PID_NAMESPACE.device && inode === PID_NAMESPACE.inode
  if (Number(size) !== PIDNS_INFO || !isThere) {
    kernel.memory.bytes.fill(0, at, at + Number(size))
    return -errnoNumber("EINVAL")
  }
  const { pid, tgid } = kernel.currentTask()
  kernel.memory.view.setUint32(at, pid, true)
  kernel.memory.view.setUint32(at + 4, tgid, true)
  return 0
}

/** Helpers that tell who is running. */
export const TASK_HELPERS: HelperTable = {
  /** The process (tgid) in the upper half, the thread (pid) in the lower. */
  bpf_get_current_pid_tgid: kernel => {
    const { pid, tgid } = kernel.currentTask()
    return (BigInt(tgid) << 32n) | BigInt(pid)
  },

  bpf_get_current_uid_gid: kernel => {
    const { uid, gid } = kernel.currentTask()
    return (BigInt(gid) << 32n) | BigInt(uid >>> 0)
  },

  /** Always ends in a NUL; 6.12 fills what is behind the name with zeros, 6.1 leaves it. */
  bpf_get_current_comm: (kernel, [buffer, size]) => {
    const [at, length] = [memoryArgument(kernel, buffer, size), Number(size)]
    if (length === 0) return -errnoNumber("EINVAL")
    const name = encodeUtf8(kernel.currentTask().comm).subarray(0, Math.min(length, COMM_BYTES) - 1)
    kernel.memory.write(at, name)
    kernel.memory.bytes.fill(0, at + name.length, kernel.since("6.2") ? at + length : at + name.length + 1)
    return 0
  },

  bpf_get_ns_current_pid_tgid: namespacePid,
  bpf_get_current_task: kernel => kernel.currentTask().address,
  bpf_get_current_task_btf: kernel => kernel.currentTask().address,
  bpf_task_pt_regs: (kernel, [task]) => kernel.userRegisters(memoryArgument(kernel, task, 8n)),
  bpf_send_signal: (kernel, [signal]) => kernel.sendSignal(word(signal), true),
  bpf_send_signal_thread: (kernel, [signal]) => kernel.sendSignal(word(signal), false),
  bpf_get_smp_processor_id: kernel => kernel.cpu(),
  /** The model is one memory node. */
  bpf_get_numa_node_id: () => 0,
}
