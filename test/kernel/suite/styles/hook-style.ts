import assert from "node:assert/strict"
import type { AttachPoint, LoadedObject } from "skep"
import { type AttachStyle, numbers, type Refusal, type Scene } from "./style.ts"

/** One way to attach one program that counts what it sees, and the event that shows it. */
export interface Hook {
  readonly object: string
  readonly program: string
  readonly point: AttachPoint | ((loaded: LoadedObject, scene: Scene) => AttachPoint)
  /** Runs the hook: "ok", or the code of the error that came of it. */
  readonly event: (scene: Scene, loaded: LoadedObject, isAttached: boolean) => string | Promise<string>
  /** The same where the program has no say: it must not see it. */
  readonly beside?: ((scene: Scene) => string | Promise<string>) | undefined
  /** What the event gives while a program refuses it; left out for hooks that decide nothing. */
  readonly denied?: string | undefined
  readonly refusal?: Refusal | undefined
}

/** Attached, the program sees the event and decides over it; detached, it does neither. */
export function hookStyle(programType: string, style: string, hook: Hook): AttachStyle {
  const { denied, refusal } = hook
  const run = async (scene: Scene): Promise<void> => {
    const loaded = await scene.load(hook.object, { only: [hook.program] })
    const link = await attach(hook, loaded, scene)
    if (hook.beside) {
      assert.equal(await hook.beside(scene), "ok", "where it is not attached")
      assert.equal(seenBy(loaded), 0n, "it sees what happens elsewhere")
    }
    assert.equal(await hook.event(scene, loaded, true), "ok", "while it is attached")
    assert(seenBy(loaded) > 0n, "the program saw nothing")
    await link.detach()
    const atDetach = seenBy(loaded)
    assert.equal(await hook.event(scene, loaded, false), "ok", "after it was detached")
    assert.equal(seenBy(loaded), atDetach, "it sees more after it was detached")
    if (denied !== undefined) await deny(hook, scene, denied)
  }
  return { programType, style, run, refusal }
}

async function deny(hook: Hook, scene: Scene, denied: string): Promise<void> {
  const loaded = await scene.load(hook.object, { only: [hook.program], globals: { deny: 1 } })
  const link = await attach(hook, loaded, scene)
  assert.equal(await hook.event(scene, loaded, true), denied, "while it refuses")
  if (hook.beside) assert.equal(await hook.beside(scene), "ok", "where nobody refuses")
  await link.detach()
  assert.equal(await hook.event(scene, loaded, false), "ok", "after the one that refuses was detached")
}

function attach({ program, point }: Hook, loaded: LoadedObject, scene: Scene) {
  return loaded.programs[program]!.attach(typeof point === "function" ? point(loaded, scene) : point)
}

export function seenBy(loaded: LoadedObject): bigint {
  return numbers(loaded).seen ?? 0n
}

/** "ok" when the other side answers, "lost" when it does not. */
export const ping =
  (address: string) =>
  async ({ world }: Scene): Promise<string> =>
    (await world.ping(address)) ? "ok" : "lost"

/** v0 (10.1.1.1, fd01::1) here, v1 (10.1.1.2, fd01::2, and what lies behind it) in the namespace "far". */
export async function makePair({ world }: Scene, behind: readonly string[] = []): Promise<void> {
  world.makePair(
    { name: "v0", addresses: ["10.1.1.1/24", "fd01::1/64"] },
    { name: "v1", namespace: "far", addresses: ["10.1.1.2/24", "fd01::2/64", ...behind] },
  )
  assert(await world.ping("10.1.1.2"), "the pair carries packets")
}
