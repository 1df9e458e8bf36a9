import { outcome } from "skep"
import type { Scene } from "./style.ts"

/** "ok", or the code of the error that removing a folder gave. It is made before, where it is not left from the last time. */
export function removeFolder({ world }: Scene, path: string): string {
  outcome(() => world.makeDirectory(path))
  return outcome(() => world.removeDirectory(path))
}
