import { writeFile } from "node:fs/promises"
import { ERRNO, type Errno, errnoText, SkepError } from "../../base/index.ts"
import { decodeProfile } from "../../profile/index.ts"
import { captureProfile } from "../../profile/node.ts"
import type { Io } from "../io.ts"

export interface CaptureOptions {
  readonly output: string
  readonly json: boolean
}

/** Captures, reads back what was captured, and writes it. */
export async function runCapture({ output, json }: CaptureOptions, io: Io): Promise<void> {
  const bytes = await captureProfile()
  const profile = await decodeProfile(bytes, output)
  const facts = {
    file: output,
    bytes: bytes.length,
    release: profile.release,
    version: profile.version,
    types: profile.btf().count - 1,
    tracepoints: profile.tracepoints().length,
    lsms: profile.lsms,
  }
  await write(output, bytes)
  if (json) io.out(`${JSON.stringify(facts, undefined, 2)}\n`)
  else
    io.out(
      `${output}: ${facts.version}, ${facts.types} types, ${facts.tracepoints} trace events, ${facts.bytes} bytes\n`,
    )
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(path, bytes)
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    const errno = code !== undefined && code in ERRNO ? (code as Errno) : undefined
    const text = errno ? `${errnoText(errno)} (${errno})` : String(cause)
    throw new SkepError(`${path}: ${text}`, { ...(errno && { errno }), cause })
  }
}
