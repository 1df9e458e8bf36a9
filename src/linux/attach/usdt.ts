import { AttachError } from "../../base/index.ts"
import { type AttachPointOf, findUsdtPlaces, type UsdtPlace } from "../../kernel/index.ts"
import { findBinary } from "../elf/find-binary.ts"
import { mappedAddress } from "../elf/mapped-address.ts"
import { withExecutable } from "../elf/open-executable.ts"
import type { LoadedProgram } from "../load/load-program.ts"
import { type Attached, type AttachHost, named } from "./attached.ts"
import { combine } from "./combine.ts"
import { attachUprobe } from "./perf-probes.ts"

type UsdtPoint = AttachPointOf<"usdt">

/** The file of a probe, and the process that is meant. */
interface Where {
  readonly path: string
  /** −1 for every process. */
  readonly pid: number
  /** False for position-independent programs and libraries. */
  readonly isFixed: boolean
}

/** usdt: a uprobe at each place of a statically defined probe; its cookie leads to the description of the arguments. */
export function attachUsdt(host: AttachHost, program: LoadedProgram, point: UsdtPoint): Attached {
  const { pid = -1, provider, name } = point
  return named(program, () => {
    const path = findBinary(point.binary, pid)
    const { places, isFixed } = withExecutable(path, file => ({
      places: findUsdtPlaces(file, provider, name),
      isFixed: file.isFixed,
    }))
    const where = { path, pid, isFixed }
    const specs = new Map<string, number>()
    const release = (): void => {
      for (const id of specs.values()) program.usdt.release(id)
    }
    const attach = (place: UsdtPlace): Attached => {
      // Places with the same arguments share a description.
      checkArchitecture(place)
      const id = specs.get(place.arguments) ?? program.usdt.add(place.arguments, point.cookie ?? 0n)
      specs.set(place.arguments, id)
      return host.machine.since("5.15")
        ? attachPlace(host, program, { ...point, cookie: BigInt(id) }, where, place)
        : attachByAddress(host, program, point, where, place, id)
    }
    try {
      const attached = combine(point, places, attach)
      return {
        ...attached,
        remove() {
          attached.remove()
          release()
        },
      }
    } catch (error) {
      release()
      throw error
    }
  })
}

function checkArchitecture({ arguments: text }: UsdtPlace): void {
  if (process.arch === "x64" || text === "") return
  throw new AttachError(
    `USDT arguments '${text}' of ${process.arch} cannot be read: x64's can (EOPNOTSUPP)`,
    {
      errno: "EOPNOTSUPP",
    },
  )
}

/** The cookie of the uprobe is the number of its description. */
function attachPlace(
  host: AttachHost,
  program: LoadedProgram,
  point: UsdtPoint,
  { path, pid }: Where,
  { offset, semaphore }: UsdtPlace,
): Attached {
  return attachUprobe(host, program, point, {
    path,
    pid,
    offset: Number(offset),
    semaphore: Number(semaphore),
    isReturn: false,
  })
}

/** Kernels without cookies: programs look the description up by the address that they were hit at. */
function attachByAddress(
  host: AttachHost,
  program: LoadedProgram,
  point: UsdtPoint,
  where: Where,
  place: UsdtPlace,
  id: number,
): Attached {
  const address = where.isFixed ? place.address : addressInProcess(where, place)
  program.usdt.setAddress(address, id)
  try {
    const attached = attachPlace(host, program, point, where, place)
    return {
      ...attached,
      remove() {
        attached.remove()
        program.usdt.removeAddress(address)
      },
    }
  } catch (error) {
    program.usdt.removeAddress(address)
    throw error
  }
}

function addressInProcess({ path, pid }: Where, { offset }: UsdtPlace): bigint {
  if (pid < 0)
    throw new AttachError(
      `${path}: attaching to shared libraries without specific PID is not supported on current kernel (EOPNOTSUPP)`,
      { errno: "EOPNOTSUPP", hint: "name the process by pid, or use Linux 5.15, which has cookies" },
    )
  return mappedAddress(pid === 0 ? process.pid : pid, path, offset)
}
