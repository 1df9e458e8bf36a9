// Programs of this machine for a guest: each with the shared libraries it is linked with.
import { execFileSync } from "node:child_process"
import { existsSync, realpathSync } from "node:fs"
import { basename } from "node:path"

const FOLDERS = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"]

/** Files for `runInGuest`: programs by path or name, in /usr/bin, and their libraries where the loader looks. */
export function programFiles(...programs) {
  const files = {}
  for (const program of programs) {
    const path = program.startsWith("/") ? program : findProgram(program)
    files[`usr/bin/${basename(program)}`] = realpathSync(path)
    for (const library of librariesOf(path)) files[library.slice(1)] = realpathSync(library)
  }
  return files
}

function findProgram(name) {
  const folder = FOLDERS.find(folder => existsSync(`${folder}/${name}`))
  if (!folder) throw new Error(`${name} is not installed`)
  return `${folder}/${name}`
}

function librariesOf(path) {
  const text = execFileSync("ldd", [path], { encoding: "utf8" })
  return [...text.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(match => match[1])
}
