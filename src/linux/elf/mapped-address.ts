import { readFileSync, realpathSync } from "node:fs"
import { AttachError } from "../../base/index.ts"

/** One line of /proc/PID/maps: range, protection, offset, device, inode, path. */
const LINE = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) ([0-9a-f]+) \S+ \d+\s+(.*)$/

/** Where a running process has a place of a file that it executes. Throws AttachError (ESRCH). */
export function mappedAddress(pid: number, path: string, offset: bigint): bigint {
  const maps = readMaps(pid)
  // Inside the process's own root, /proc/PID/root is not there.
  const root = `/proc/${pid}/root`
  const name = path.startsWith(`${root}/`) ? path.slice(root.length) : realpathSync(path)
  const address = addressIn(maps, name, offset)
  if (address !== undefined) return address
  throw new AttachError(
    `process ${pid} does not execute ${name} at offset 0x${offset.toString(16)} (ESRCH)`,
    { errno: "ESRCH", hint: `/proc/${pid}/maps lists what it has mapped` },
  )
}

/** The same in the text of a maps file. */
export function addressIn(maps: string, path: string, offset: bigint): bigint | undefined {
  for (const line of maps.split("\n")) {
    const [, from, to, protection, at, name] = LINE.exec(line) ?? []
    if (name !== path || protection?.[2] !== "x") continue
    const [start, end, first] = [BigInt(`0x${from}`), BigInt(`0x${to}`), BigInt(`0x${at}`)]
    if (offset >= first && offset - first < end - start) return start + offset - first
  }
  return undefined
}

function readMaps(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/maps`, "latin1")
  } catch (cause) {
    throw new AttachError(`process ${pid} is not there, or not to be looked at (ESRCH)`, {
      errno: "ESRCH",
      cause,
    })
  }
}
