import type { Architecture } from "./architecture.ts"

/** Exception level 1 with its own stack pointer, privileged access to user memory off (PSR_PAN_BIT). */
const KERNEL_MODE = 0x0040_0005
const NO_SYSTEM_CALL = -1
const INSTRUCTION = 4

/** General registers by their numbers. */
const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => `regs[${index}]`)

/** 64-bit ARM (arch/arm64): calls are numbered as in asm-generic/unistd.h, where what has an …at form has only that. */
export const ARM64: Architecture = {
  name: "arm64",
  title: "64-bit ARM",
  machine: "aarch64",
  callPrefix: "__arm64_sys_",
  calls: {
    mknodat: 33,
    mkdirat: 34,
    unlinkat: 35,
    openat: 56,
    close: 57,
    getdents64: 61,
    read: 63,
    write: 64,
    exit_group: 94,
    rt_sigaction: 134,
    rt_sigreturn: 139,
    getppid: 173,
    socket: 198,
    bind: 200,
    listen: 201,
    connect: 203,
    getsockname: 204,
    getpeername: 205,
    sendto: 206,
    recvfrom: 207,
    setsockopt: 208,
    getsockopt: 209,
    clone: 220,
    execve: 221,
    accept4: 242,
    wait4: 260,
  },
  registers: {
    functionArguments: numbered(8),
    callArguments: numbered(6),
    result: "regs[0]",
    instruction: "pc",
    stack: "sp",
    callNumber: "syscallno",
  },
  userRegisters: "user_pt_regs",
  inKernel: { pstate: KERNEL_MODE, syscallno: NO_SYSTEM_CALL },
  // The result goes where the first argument was, which orig_x0 keeps.
  atCall: (number, first) => ({ syscallno: number, "regs[8]": number, orig_x0: first, pstate: 0 }),
  callFrames: [
    "invoke_syscall",
    "el0_svc_common.constprop.0",
    "do_el0_svc",
    "el0_svc",
    "el0t_64_sync_handler",
    "el0t_64_sync",
  ],
  idleFrames: ["arch_cpu_idle", "default_idle_call", "do_idle", "cpu_startup_entry"],
  directoryFlag: 0o40000,
  cloneStorageFirst: true,
  breakpoint: 0n,
  breakpointMasksInterrupts: true,
  // Seen on 6.12, not on 6.1.
  returnBreakpointSince: "6.12",
  entryMarker: { option: "CONFIG_ARM64_BTI_KERNEL", bytes: INSTRUCTION },
  ftraceCall: 2 * INSTRUCTION,
  // Kprobes are breakpoints; the second no-op of ftrace's is its own.
  insideFunction: (offset, marker, isTraceable) =>
    offset % INSTRUCTION !== 0 || (isTraceable && offset === marker + INSTRUCTION) ? "EINVAL" : undefined,
  hasUserPrograms: false,
}
