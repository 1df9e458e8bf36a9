import type { Architecture } from "./architecture.ts"

/** arch/x86/entry/syscalls/syscall_64.tbl */
const CALLS = {
  read: 0,
  write: 1,
  close: 3,
  rt_sigaction: 13,
  rt_sigreturn: 15,
  socket: 41,
  connect: 42,
  sendto: 44,
  recvfrom: 45,
  bind: 49,
  listen: 50,
  getsockname: 51,
  getpeername: 52,
  setsockopt: 54,
  getsockopt: 55,
  clone: 56,
  execve: 59,
  wait4: 61,
  mkdir: 83,
  rmdir: 84,
  unlink: 87,
  getppid: 110,
  getdents64: 217,
  exit_group: 231,
  openat: 257,
  mkdirat: 258,
  mknodat: 259,
  unlinkat: 263,
  accept4: 288,
} as const

/** System calls that the model has on one architecture or another. */
export type SystemCallName = keyof typeof CALLS

/** What rax holds at entry until the call has its result: -ENOSYS. */
const NO_RESULT_YET = -38
const [KERNEL_CODE_SEGMENT, USER_CODE_SEGMENT] = [0x10, 0x33]
const INTERRUPTS_ENABLED = 0x246
/** Bytes of the no-op that ftrace turns into a call. */
const FTRACE_CALL = 5

export const X86_64: Architecture = {
  name: "x86_64",
  title: "x86-64",
  machine: "x86_64",
  callPrefix: "__x64_sys_",
  calls: CALLS,
  registers: {
    functionArguments: ["di", "si", "dx", "cx", "r8", "r9"],
    // `syscall` itself destroys rcx.
    callArguments: ["di", "si", "dx", "r10", "r8", "r9"],
    result: "ax",
    instruction: "ip",
    stack: "sp",
    callNumber: "orig_ax",
  },
  userRegisters: "pt_regs",
  inKernel: { cs: KERNEL_CODE_SEGMENT, flags: INTERRUPTS_ENABLED, orig_ax: -1 },
  atCall: number => ({ orig_ax: number, ax: NO_RESULT_YET, cs: USER_CODE_SEGMENT }),
  callFrames: ["do_syscall_64", "entry_SYSCALL_64_after_hwframe"],
  idleFrames: ["default_idle", "default_idle_call", "do_idle", "cpu_startup_entry"],
  directoryFlag: 0o200000,
  cloneStorageFirst: false,
  // int3, which kprobes pretend to be even where ftrace calls them.
  breakpoint: 1n,
  breakpointMasksInterrupts: false,
  entryMarker: { option: "CONFIG_X86_KERNEL_IBT", bytes: 4 },
  ftraceCall: FTRACE_CALL,
  // Probes on the no-op are called by ftrace as those on the start are; inside it and the marker is no instruction.
  insideFunction: (offset, marker, isTraceable) =>
    !isTraceable || offset >= marker + FTRACE_CALL ? undefined : offset === marker ? "start" : "EILSEQ",
  hasUserPrograms: true,
}
