// What is read of a kernel package without booting it: the lists of kfuncs in its image, and its modules.
import { execFileSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** How a bzImage may be compressed: the first bytes, and what unpacks from there on. */
const COMPRESSIONS = [
  { magic: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), command: ["zstd", "-dc"] },
  { magic: Buffer.from([0x02, 0x21, 0x4c, 0x18]), command: ["lz4", "-dc"] },
  { magic: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), command: ["xz", "-dc", "--single-stream"] },
  { magic: Buffer.from([0x1f, 0x8b, 0x08]), command: ["gzip", "-dc"] },
]

/** The bits of a kfunc's flags that 6.12 knows, by the kernel's names without KF_. */
const FLAGS = [
  "ACQUIRE",
  "RELEASE",
  "RET_NULL",
  undefined,
  "TRUSTED_ARGS",
  "SLEEPABLE",
  "DESTRUCTIVE",
  "RCU",
  "ITER_NEW",
  "ITER_NEXT",
  "ITER_DESTROY",
  "RCU_PROTECTED",
]

/** Unpacks the ELF file inside a bzImage. */
export function unpackKernel(image) {
  const data = readFileSync(image)
  for (const { magic, command } of COMPRESSIONS)
    for (let at = data.indexOf(magic); at >= 0; at = data.indexOf(magic, at + 1)) {
      const [program, ...args] = command
      const elf = outputOf(program, args, data.subarray(at))
      if (elf.subarray(0, 4).toString("latin1") === "\x7fELF") return elf
    }
  throw new Error(`${image}: no kernel was found in it`)
}

/** What a program prints; it may well fail at the end, as other data follows. */
function outputOf(program, args, input) {
  try {
    return execFileSync(program, args, { input, maxBuffer: 1 << 28, stdio: ["pipe", "pipe", "ignore"] })
  } catch (error) {
    return error.stdout ?? Buffer.alloc(0)
  }
}

/**
 * The lists of kfuncs that an image holds, each as name → flags. From 6.9 on the kernel marks these lists; before,
 * every list of pairs of function id and flags counts.
 */
export function kfuncSets(image, btf, scratch) {
  const elf = unpackKernel(image)
  const file = join(scratch, "vmlinux")
  writeFileSync(file, elf)
  const table = execFileSync("readelf", ["-SW", file], { encoding: "utf8" })
  const [, offset, size] = /\.BTF_ids\s+PROGBITS\s+\w+\s+(\w+)\s+(\w+)/
    .exec(table)
    .map(hex => Number.parseInt(hex, 16))
  const word = index => elf.readUInt32LE(offset + 4 * index)
  const isFunction = id => id > 0 && id < btf.count && btf.kindOf(id) === "func"
  const sets = []
  for (let at = 0; at < size / 4 - 3; at++) {
    const count = word(at)
    if (count < 1 || count > 200 || word(at + 1) > 1 || at + 2 + 2 * count > size / 4) continue
    const entries = Array.from({ length: count }, (_, i) => [word(at + 2 + 2 * i), word(at + 3 + 2 * i)])
    const isSet = entries.every(
      ([id, flags], i) => isFunction(id) && flags < 1 << FLAGS.length && (i === 0 || id > entries[i - 1][0]),
    )
    if (!isSet) continue
    const names = entries.map(([id, flags]) => [
      btf.type(id).name,
      FLAGS.filter((name, bit) => name && flags & (1 << bit)).join(" "),
    ])
    sets.push({ kfuncs: word(at + 1) === 1, names: Object.fromEntries(names.sort()) })
    at += 1 + 2 * count
  }
  return sets
}

/** Unpacked copies of modules and what they depend on, in the order in which they load: [name, file]. */
export function unpackModules(folder, names, scratch) {
  const found = execFileSync("find", [folder, "-name", "*.ko*"], { encoding: "utf8" }).trim().split("\n")
  const plain = name => name.replaceAll("-", "_")
  const byName = new Map(
    found.map(path => [
      plain(
        path
          .split("/")
          .pop()
          .replace(/\.ko.*/, ""),
      ),
      path,
    ]),
  )
  const loaded = new Map()
  const add = name => {
    const path = byName.get(name)
    if (loaded.has(name) || !path) return
    const data = path.endsWith(".xz")
      ? execFileSync("xz", ["-dc", path], { maxBuffer: 1 << 28 })
      : readFileSync(path)
    const depends = /depends=([^\0]*)\0/.exec(data.toString("latin1"))?.[1] ?? ""
    for (const other of depends.split(",").filter(other => other !== "")) add(plain(other))
    const file = join(scratch, `${name}.ko`)
    writeFileSync(file, data)
    loaded.set(name, file)
  }
  names.forEach(add)
  return [...loaded]
}
