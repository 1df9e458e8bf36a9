import { hasGroupPrograms, runGroupPrograms } from "../../cgroups/index.ts"
import type { KernelCore } from "../../core.ts"
import type { Socket } from "../socket.ts"

/** Hooks whose context is the socket itself. */
export type SocketHook =
  | "cgroup_inet_sock_create"
  | "cgroup_inet_sock_release"
  | "cgroup_inet4_post_bind"
  | "cgroup_inet6_post_bind"

/** What the socket's groups say: 0 or a negative errno. */
export function runSocketHook(kernel: KernelCore, socket: Socket, hook: SocketHook): number {
  if (!socket.isInternet || !hasGroupPrograms(kernel, socket.group, hook)) return 0
  const result = runGroupPrograms(kernel, socket.group, hook, socket.contextAddress)
  socket.adoptContext()
  return result
}
