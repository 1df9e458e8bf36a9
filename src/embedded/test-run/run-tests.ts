import type { ProgramTypeName } from "../../catalog/index.ts"
import {
  contextBytes,
  type RunInput,
  type RunOptions,
  type RunResult,
  runRefusal,
} from "../../kernel/index.ts"
import { GroupStorage } from "../maps/index.ts"
import { type BatchHost, ChunkRun } from "./chunk-run.ts"
import { FLOW_RUN } from "./flow-run.ts"
import { runFunctions } from "./function-run.ts"
import { runLive } from "./live-run.ts"
import { LOOKUP_RUN } from "./lookup-run.ts"
import { ARGUMENT_RUN, SYSCALL_RUN, wantedCpu } from "./memory-run.ts"
import { Refused, type RunKind, type TestSubject } from "./run-kind.ts"
import { SKB_RUN } from "./skb-run.ts"
import { LIVE_FRAMES, XDP_RUN } from "./xdp-run.ts"

const KINDS: Readonly<Partial<Record<ProgramTypeName, RunKind>>> = {
  xdp: XDP_RUN,
  sched_cls: SKB_RUN,
  sched_act: SKB_RUN,
  socket_filter: SKB_RUN,
  cgroup_skb: SKB_RUN,
  lwt_in: SKB_RUN,
  lwt_out: SKB_RUN,
  lwt_xmit: SKB_RUN,
  lwt_seg6local: SKB_RUN,
  flow_dissector: FLOW_RUN,
  sk_lookup: LOOKUP_RUN,
  syscall: SYSCALL_RUN,
  raw_tracepoint: ARGUMENT_RUN,
  raw_tracepoint_writable: ARGUMENT_RUN,
}

/** Runs that one call into WebAssembly does. */
const MOST_AT_ONCE = 256

/** Runs a program on every input, many in one call into WebAssembly. Throws LoadError with the errno that Linux gives. */
export function runTests(
  host: BatchHost,
  subject: TestSubject,
  inputs: readonly RunInput[],
  options: RunOptions,
): RunResult[] {
  let done = 0
  let run: ChunkRun | undefined
  try {
    if (subject.type === "tracing") return inputs.map(() => runFunctions(host.core, subject, options))
    const kind = KINDS[subject.type]
    if (!kind) throw new Refused("ENOTSUPP")
    kind.check(options, subject)
    if (subject.type === "xdp" && ((options.flags ?? 0) & LIVE_FRAMES) !== 0)
      return inputs.map(({ packet, context }) =>
        runLive(host, subject, { packet, context: contextBytes(subject, context) }, options),
      )
    const cpu = subject.type === "xdp" ? undefined : wantedCpu(options, host.cpus)
    const results: RunResult[] = []
    const storages = host.program.maps.filter(map => map instanceof GroupStorage)
    const atOnce = storages.length > 0 ? 1 : MOST_AT_ONCE
    for (; done < inputs.length; done += atOnce) {
      for (const storage of storages) storage.clearTestRun()
      const chunk = inputs
        .slice(done, done + atOnce)
        .map(({ packet, context }) => ({ packet, context: contextBytes(subject, context) }))
      run?.free()
      run = new ChunkRun(host, subject, kind, chunk)
      results.push(...run.run(options, cpu))
    }
    return results
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    const which = inputs.length > 1 && run ? `input ${done + run.at}: ` : ""
    throw runRefusal(subject, error.errno, `${which}${error.message}` || undefined)
  } finally {
    run?.free()
  }
}
