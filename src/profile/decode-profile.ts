import { ProfileError } from "../base/index.ts"
import { unpackContainer } from "./container.ts"
import { checkFacts, KernelProfile } from "./kernel-profile.ts"

/** Reads a profile file. Throws ProfileError for one that is damaged, of another format or incomplete. */
export async function decodeProfile(bytes: Uint8Array, label = "profile"): Promise<KernelProfile> {
  const { facts, sections } = await unpackContainer(bytes, label)
  const section = (name: string): Uint8Array => {
    const found = sections.get(name)
    if (found) return found
    throw new ProfileError(`${label}: section ${name} is missing`)
  }
  return new KernelProfile(checkFacts(facts, label), {
    btf: section("btf"),
    symbols: section("symbols"),
    events: section("events"),
    config: section("config"),
  })
}
