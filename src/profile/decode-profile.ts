import { ProfileError } from "../base/index.ts"
import { type Inflate, unpackContainer } from "./container.ts"
import { checkFacts, KernelProfile } from "./kernel-profile.ts"

/**
 * Reads a profile file. Throws ProfileError for one that is damaged, of another format or incomplete. `inflate`
 * replaces the web's gzip decoder where the host has a faster one.
 */
export async function decodeProfile(
  bytes: Uint8Array,
  label = "profile",
  inflate?: Inflate,
): Promise<KernelProfile> {
  const { facts, sections } = await unpackContainer(bytes, label, inflate)
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
