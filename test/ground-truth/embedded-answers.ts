import { encodeUtf8, toHex } from "../../src/base/index.ts"
import { bootKernel, type Process } from "../../src/embedded/index.ts"
import { groundTruthObject } from "./embedded-runs.ts"
import type { GoldenAnswers } from "./golden.ts"
import type { AnswerRun } from "./runs.mjs"

const PAGE = 4096
const UNTOUCHED = 0xaa
/** What user space puts into a user ring buffer before the program runs. */
const REQUESTS = ["first", "second", "x".repeat(40)]

/** Loads the run's programs, attaches the first, and lets a process called "loader" call getppid(2). */
export async function answersOnEmbedded(release: string, run: AnswerRun): Promise<GoldenAnswers> {
  const kernel = await bootKernel({ release })
  kernel.world.files.create("/bin/loader", { mode: 0o755 })
  const loader = kernel.world.spawn()
  loader.exec("/bin/loader")
  const text = loader.task.pushUser(encodeUtf8("hello, world\0"))
  loader.task.userScratch()
  const torn = tornText(loader, "torn")
  const globals = {
    watched: loader.pid,
    user_text: BigInt(text),
    user_torn: BigInt(torn),
    user_hole: BigInt(torn + 3 * PAGE),
  }
  const object = await kernel.load(groundTruthObject(run.object), { only: run.programs, globals })
  for (const record of REQUESTS) await object.maps.requests?.submit(encodeUtf8(record))
  await object.programs[run.programs[0]]?.attach()
  loader.getppid()
  const samples = object.maps.samples?.storage.records?.take() ?? []
  const answers = (object.maps.answers?.takeSamples("answer") ?? []).map(({ value }) => {
    const { what, result, data } = value as { what: string; result: bigint; data: readonly number[] | string }
    const bytes = typeof data === "string" ? encodeUtf8(data) : Uint8Array.from(data)
    const touched = bytes.findLastIndex(byte => byte !== UNTOUCHED) + 1
    return {
      call: what,
      result: Number(result),
      ...(touched === 0 ? {} : { data: toHex(bytes.subarray(0, touched)) }),
    }
  })
  const lines = kernel.tracePipe.take().flatMap(line => line.text.split("\n"))
  return {
    answers,
    ...(samples.length === 0
      ? {}
      : { samples: samples.map(({ bytes }) => ({ rawSize: bytes.length, bytes: toHex(bytes) })) }),
    ...(lines.length === 0 ? {} : { lines }),
  }
}

/** Puts a text at the very end of the last page that the process has, and gives its address. */
function tornText(process: Process, text: string): number {
  const piece = 16
  let end = process.task.pushUser(new Uint8Array(piece)) + piece
  while (end % PAGE !== 0) end = process.task.pushUser(new Uint8Array(piece)) + piece
  const address = end - text.length
  process.task.writeUser(address, encodeUtf8(text))
  return address
}
