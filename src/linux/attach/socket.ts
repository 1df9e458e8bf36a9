import { readlinkSync } from "node:fs"
import { type AttachPointOf, socketReason } from "../../kernel/index.ts"
import { LinuxCallError } from "../ffi/call-error.ts"
import type { LoadedProgram } from "../load/load-program.ts"
import { setSocketOption } from "../net/socket.ts"
import type { Attached, AttachHost } from "./attached.ts"
import { requireType } from "./bpf-attachment.ts"
import { refusal } from "./refusal.ts"

type SocketPoint = AttachPointOf<"socket">

const SOL_SOCKET = 1
/** SO_ATTACH_BPF, SO_ATTACH_REUSEPORT_EBPF and what takes them off again. */
const OPTIONS = {
  filter: { attach: 50, detach: 27 },
  reuseport: { attach: 52, detach: 68 },
} as const

/** A socket of this process: its filter, or the selector of its reuseport group. Stays as long as the socket. Throws AttachError. */
export function attachToSocket({ bpf }: AttachHost, program: LoadedProgram, point: SocketPoint): Attached {
  requireType(program, point, "socket_filter", "sk_reuseport")
  const isSelector = point.reuseport || program.type === "sk_reuseport"
  const option = OPTIONS[isSelector ? "reuseport" : "filter"]
  try {
    setSocketOption(bpf.native, point.fd, SOL_SOCKET, option.attach, program.descriptor.fd)
  } catch (error) {
    if (!(error instanceof LinuxCallError)) throw error
    throw refusal(program, point, error.number, { ...socketReason(error.number, isSelector), cause: error })
  }
  const socket = identity(point.fd)
  return {
    point,
    fd: undefined,
    isLink: false,
    remove() {
      // A closed descriptor's number may stand for another socket by now: that one keeps its filter.
      if (identity(point.fd) !== socket) return
      try {
        setSocketOption(bpf.native, point.fd, SOL_SOCKET, option.detach, 0)
      } catch (error) {
        if (!(error instanceof LinuxCallError)) throw error
      }
    },
  }
}

/** "socket:[1234]", or undefined for what is not open. */
function identity(fd: number): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return undefined
  }
}
