import { execFileSync } from "node:child_process"

/** iproute2 stands before busybox, which has an `ip` of its own. */
const PATH = "/usr/bin:/usr/sbin:/bin:/sbin"

/** Runs one of the system's tools and gives what it prints. Throws Node's error when it fails. */
export function runTool(...command: readonly string[]): string {
  const [file = "", ...args] = command
  return execFileSync(file, args, {
    encoding: "utf8",
    env: { ...process.env, PATH },
    stdio: ["ignore", "pipe", "pipe"],
  })
}
