import { readdir, readFile } from "node:fs/promises"
import { promisify } from "node:util"
import { gunzip } from "node:zlib"
import { ProfileError } from "../base/index.ts"
import { compareReleases } from "../catalog/index.ts"
import type { Inflate } from "./container.ts"
import { decodeProfile } from "./decode-profile.ts"
import type { KernelProfile } from "./kernel-profile.ts"
import { applyOverlay, readOverlay } from "./overlay.ts"

const FOLDER = new URL("../../profiles/", import.meta.url)

const gunzipAll = promisify(gunzip)

/** One shot of zlib: the built-in profiles open in a third of the time that streams take. */
const inflate: Inflate = (packed, size) =>
  gunzipAll(packed, { maxOutputLength: size, chunkSize: Math.max(size, 64) })

/** The names of the profiles that come with this package ("6.12", "6.12-arm64"), oldest first. */
export async function builtinReleases(): Promise<string[]> {
  const names = (await readdir(FOLDER)).filter(name => /\.(skepprofile|json)$/.test(name))
  return names.map(name => name.replace(/\.\w+$/, "")).sort(compareNames)
}

/** "6.1", "6.12", then those of other architectures: "6.1-arm64". */
function compareNames(a: string, b: string): number {
  const [[release, architecture = ""], [other, otherArchitecture = ""]] = [a.split("-"), b.split("-")]
  if (architecture !== otherArchitecture) return architecture < otherArchitecture ? -1 : 1
  return compareReleases(release!, other!)
}

/** The built-in profile of a release family. Throws ProfileError that lists the built-in ones. */
export async function loadBuiltinProfile(release: string): Promise<KernelProfile> {
  const releases = await builtinReleases()
  if (!releases.includes(release))
    throw new ProfileError(`there is no built-in profile of kernel ${release}`, {
      errno: "ENOENT",
      hint: `built in: ${releases.join(", ")}`,
    })
  const files = await readdir(FOLDER)
  if (files.includes(`${release}.skepprofile`))
    return decodeProfile(
      await readFile(new URL(`${release}.skepprofile`, FOLDER)),
      `profile ${release}`,
      inflate,
    )
  const name = `${release}.json`
  const overlay = readOverlay(await readFile(new URL(name, FOLDER), "utf8"), name)
  return applyOverlay(await loadBuiltinProfile(overlay.base), overlay)
}

/**
 * A profile by what a user calls it: a built-in release ("6.12"), or the path of a profile file, which has a slash or
 * ends in ".skepprofile". Throws ProfileError.
 */
export async function loadProfile(name: string): Promise<KernelProfile> {
  if (!name.includes("/") && !name.endsWith(".skepprofile")) return loadBuiltinProfile(name)
  try {
    return await decodeProfile(await readFile(name), name, inflate)
  } catch (error) {
    if (error instanceof ProfileError) throw error
    throw new ProfileError(`profile ${name} cannot be read (ENOENT)`, { errno: "ENOENT", cause: error })
  }
}
