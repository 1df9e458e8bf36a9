import { arch, platform } from "node:process"
import { LoadError } from "../../base/index.ts"

/** The few calls that everything on the real kernel goes through. */
export interface Native {
  /** syscall(2) on this thread: the result, or −errno. Arguments are integers or addresses. */
  syscall(number: number, ...args: readonly SyscallArgument[]): number
  /** The same on another thread: for calls that wait. */
  syscallAsync(number: number, ...args: readonly SyscallArgument[]): Promise<number>
  /** Zeroed memory outside the garbage-collected heap; the address never moves. */
  allocate(size: number): bigint
  release(address: bigint): void
  /** The bytes at an address, without a copy. The view owns nothing: it must not outlive the memory. */
  view(address: bigint, size: number): Uint8Array<ArrayBuffer>
}

export type SyscallArgument = number | bigint

/** What Skep uses of koffi 3. */
interface Koffi {
  load(path: string | null): { func(declaration: string): KoffiFunction }
  view(address: bigint, size: number): ArrayBuffer
  errno(value?: number): number
}

interface KoffiFunction {
  (...args: unknown[]): unknown
  /** The callback runs on the main thread, with errno as the call left it on its own. */
  async(...args: unknown[]): void
}

const ARGUMENTS = 6
/** The largest errno: syscall(2) gives −1 and errno, the kernel itself −errno. */
const SYSCALL = "long syscall(long number, long a, long b, long c, long d, long e, long f)"

let native: Promise<Native> | undefined

/** Loads the foreign-function library once. Throws LoadError where there is no Linux, or no koffi for this machine. */
export function loadNative(): Promise<Native> {
  native ??= open()
  return native
}

async function open(): Promise<Native> {
  if (platform !== "linux")
    throw new LoadError(`the Linux kernel is not here: this is ${platform}`, {
      errno: "ENOSYS",
      hint: "use bootKernel from skep/embedded, which runs everywhere",
    })
  const koffi = await importKoffi()
  const libc = koffi.load(null)
  const call = libc.func(SYSCALL)
  const calloc = libc.func("void *calloc(size_t count, size_t size)")
  const free = libc.func("void free(void *address)")
  const pad = (args: readonly SyscallArgument[]): SyscallArgument[] =>
    Array.from({ length: ARGUMENTS }, (_, index) => args[index] ?? 0)
  return {
    syscall(number, ...args) {
      const result = Number(call(number, ...pad(args)))
      return result === -1 ? -koffi.errno() : result
    },
    syscallAsync(number, ...args) {
      return new Promise((resolve, reject) => {
        call.async(number, ...pad(args), (error: Error | null, result: number | bigint) => {
          if (error) reject(error)
          else resolve(Number(result) === -1 ? -koffi.errno() : Number(result))
        })
      })
    },
    allocate: size => BigInt(calloc(1, Math.max(size, 1)) as number | bigint),
    release: address => void free(address),
    view: (address, size) => new Uint8Array(koffi.view(address, size)),
  }
}

async function importKoffi(): Promise<Koffi> {
  try {
    const module = (await import("koffi")) as unknown as { default: Koffi }
    return module.default
  } catch (cause) {
    throw new LoadError(`the package koffi is not installed, or has no build for ${platform} on ${arch}`, {
      errno: "ENOSYS",
      hint: "npm install koffi",
      cause,
    })
  }
}
