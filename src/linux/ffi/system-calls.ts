import { arch } from "node:process"
import { LoadError } from "../../base/index.ts"

/** Numbers of the system calls that Skep makes itself. Source: arch/x86/entry/syscalls/syscall_64.tbl and asm-generic/unistd.h. */
const NUMBERS = {
  x64: {
    accept4: 288,
    bpf: 321,
    capget: 125,
    capset: 126,
    close: 3,
    connect: 42,
    dup: 32,
    epoll_create1: 291,
    epoll_ctl: 233,
    epoll_pwait: 281,
    fcntl: 72,
    getpeername: 52,
    getsockname: 51,
    getsockopt: 55,
    ioctl: 16,
    listen: 50,
    mknodat: 259,
    mmap: 9,
    munmap: 11,
    perf_event_open: 298,
    pidfd_getfd: 438,
    pidfd_open: 434,
    prlimit64: 302,
    read: 0,
    recvfrom: 45,
    sendto: 44,
    setns: 308,
    setsockopt: 54,
    socket: 41,
    bind: 49,
    unlinkat: 263,
    write: 1,
    eventfd2: 290,
  },
  arm64: {
    accept4: 242,
    bpf: 280,
    capget: 90,
    capset: 91,
    close: 57,
    connect: 203,
    dup: 23,
    epoll_create1: 20,
    epoll_ctl: 21,
    epoll_pwait: 22,
    fcntl: 25,
    getpeername: 205,
    getsockname: 204,
    getsockopt: 209,
    ioctl: 29,
    listen: 201,
    mknodat: 33,
    mmap: 222,
    munmap: 215,
    perf_event_open: 241,
    pidfd_getfd: 438,
    pidfd_open: 434,
    prlimit64: 261,
    read: 63,
    recvfrom: 207,
    setns: 268,
    sendto: 206,
    setsockopt: 208,
    socket: 198,
    bind: 200,
    unlinkat: 35,
    write: 64,
    eventfd2: 19,
  },
} as const

export type SystemCall = keyof (typeof NUMBERS)["x64"]

/** The number of a system call on this machine. Throws LoadError on architectures without a table. */
export function systemCallNumber(name: SystemCall): number {
  if (arch === "x64" || arch === "arm64") return NUMBERS[arch][name]
  throw new LoadError(`system calls of ${arch} are not known: x64 and arm64 are`, { errno: "ENOSYS" })
}
