import type { Capability } from "../../catalog/index.ts"
import type { WorldReceiver } from "./receiver.ts"
import type { SocketOptions, WorldSocket } from "./socket.ts"
import type { RunningProgram, UserProgram } from "./user-program.ts"
import type { Wire, WireOptions } from "./wire.ts"

/** How a program is run. */
export interface RunAs {
  /** Arguments after the program's own name. */
  readonly args?: readonly string[]
  /** "NAME=value" each. */
  readonly env?: readonly string[]
  /** Who runs it; root by default. */
  readonly uid?: number
  readonly gid?: number
}

export interface ExecResult {
  readonly pid: number
  /** The exit status as the shell sees it: 126 or 127 when the program could not be run. */
  readonly status: number
}

export interface OpenOptions {
  /** O_CREAT with `mode` (0644 by default). */
  readonly create?: boolean
  /** O_EXCL: fail with EEXIST when it is there. */
  readonly exclusive?: boolean
  /** O_RDWR instead of O_RDONLY. */
  readonly write?: boolean
  /** O_DIRECTORY. */
  readonly directory?: boolean
  readonly mode?: number
}

/** What a device node stands for. */
export interface DeviceNumber {
  readonly kind: "char" | "block"
  readonly major: number
  readonly minor: number
}

/** One end of a pair of network devices. */
export interface PairEnd {
  readonly name: string
  /** The namespace that it is in, made when it is not there; the world's own when left out. */
  readonly namespace?: string
  /** Its link-layer address, "02:00:00:00:00:01"; the kernel gives one when left out. */
  readonly mac?: string
  /** Bytes that its packets have at most; 1500 when left out. */
  readonly mtu?: number
  /** "10.1.1.1/24", "fd01::1/64". */
  readonly addresses: readonly string[]
}

/**
 * How a pair is joined: "veth" unless told. Ends of a "netkit" pair have no link-layer addresses, and the first is the one that
 * programs are attached by. Kernels before 6.7 have none: UsageError (EOPNOTSUPP).
 */
export interface PairOptions {
  readonly type?: "veth" | "netkit"
}

export interface RouteOptions {
  /** "10.9.9.0/24", "fd99::1". */
  readonly to: string
  readonly interface: string
  /** The next hop; without it the destination is on the device's link. */
  readonly via?: string
  /** Segments of IPv6 that packets are sent over, in an outer header (seg6, mode encap). */
  readonly segments?: readonly string[]
}

/**
 * What happens on a machine: the same actions on either kernel, done by one process: the shell of the embedded kernel,
 * this very process on Linux. System calls throw SystemCallError with the errno. What may wait is async. Closing a world takes
 * away what it made: groups, namespaces, devices, sockets.
 */
export interface World extends AsyncDisposable {
  /** The process that does it all. */
  readonly pid: number

  /** Runs a program and waits for its end. */
  exec(path: string, options?: RunAs): Promise<ExecResult>
  /** Keeps a processor busy in this process. */
  work(milliseconds: number): void
  /** Lets time pass. */
  sleep(milliseconds: number): Promise<void>

  /** openat(2), and close(2) of what it gives. */
  open(path: string, options?: OpenOptions): void
  /** unlink(2). */
  unlink(path: string): void
  /** unlinkat(2) from where the process is, without flags. */
  unlinkat(path: string): void
  /** mkdir(2), with mode 0755. */
  makeDirectory(path: string): void
  /** rmdir(2). */
  removeDirectory(path: string): void
  /** mknodat(2) of a device node, for its owner alone. */
  makeDevice(path: string, device: DeviceNumber): void
  /** Opens a text file, of procfs and sysfs too, reads it all and closes it. */
  readText(path: string): string
  /** Opens a file that is there, writes the text with one write(2) and closes it. */
  writeText(path: string, text: string): void

  /** Writes a program to a file that anybody may run. */
  install(path: string, program: UserProgram): void
  /** Starts an installed program, which does nothing by itself. It ends with the world. */
  start(path: string): Promise<RunningProgram>

  /** socket(2). */
  socket(options?: SocketOptions): WorldSocket

  /** Opens an infrared receiver that sees what it sends ("/dev/lirc0"). */
  receiver(device: string): WorldReceiver

  /**
   * Acts as a process that holds of CAP_BPF, CAP_PERFMON, CAP_NET_ADMIN and CAP_SYS_ADMIN these alone. On Linux the thread does
   * that runs JavaScript: what loads, attaches and opens there goes by them, what waits elsewhere does not. The embedded kernel
   * asks for them when programs are loaded and attached. Throws UsageError (EINVAL) for other names.
   */
  withCapabilities<T>(held: readonly Capability[], action: () => T | Promise<T>): Promise<T>

  /** Makes a control group below the root of the cgroup2 file system, and those above it. Gives its path: "/sys/fs/cgroup/web". */
  makeGroup(name: string): string
  /** What bpf_get_current_cgroup_id() is for its members. */
  groupId(path: string): bigint
  /** Acts as a member of the group at this path. */
  inGroup<T>(path: string, action: () => T | Promise<T>): Promise<T>

  /** Two devices joined by a wire, up, with addresses. The loopback devices of their namespaces are up too. */
  makePair(one: PairEnd, other: PairEnd, options?: PairOptions): void
  /** The number of a device in the namespace that acts, as programs name it. */
  interfaceIndex(name: string): number
  /** A device whose other end is the scenario itself. */
  makeWire(options: WireOptions): Wire
  /** Adds a route to the namespace that acts; it goes with its device. */
  addRoute(route: RouteOptions): void
  /** Acts in a network namespace that a pair's end is in. */
  inNamespace<T>(name: string, action: () => T | Promise<T>): Promise<T>
  /** Sends one echo request; true when the answer comes within a second. */
  ping(address: string): Promise<boolean>
}
