// Compares the instructions that Skep makes of every selftest program with those that libbpf would hand to a 6.12
// kernel: subprograms linked, CO-RE applied against that kernel's BTF, maps and variables referred to.
//   npm run build && node test/selftests/open-selftests.mjs && node test/selftests/compare-linked-code.mjs
// libbpf runs in a QEMU guest (qemu-system-x86_64, busybox-static, cpio), for about two minutes.
import { execFileSync } from "node:child_process"
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"
import { readBtf } from "../../dist/btf/index.js"
import { encodeInstructions } from "../../dist/isa/index.js"
import { applyCore, readElf, readObject } from "../../dist/object/index.js"
import { cache, kernelFiles, prepare, vmlinux } from "./prepare.mjs"

const here = fileURLToPath(new URL(".", import.meta.url))
const ARENA = 33
const LOAD64 = 0x18
/** What libbpf says when it gave up before it linked anything: the guest lacks test modules. */
const BEFORE_LINKING = /extern .*not (found|resolved)|incompatible with vmlinux|init_kern/

const setup = prepare()
const objects = join(cache, "objects")
const guest = join(cache, "guest")
const output = join(guest, "output.img")
runGuest()
compare(readFileSync(output).toString("latin1").split("\nEND\n")[0])

function runGuest() {
  const root = join(guest, "root")
  rmSync(guest, { recursive: true, force: true })
  for (const folder of ["bin", "boot", "dev", "objects", "proc", "sys", "tmp"]) {
    mkdirSync(join(root, folder), { recursive: true })
  }
  const library = join(setup.include, "..", "libbpf.a")
  const flags = ["-static", "-O1", `-I${setup.include}`, "-Wl,--wrap=syscall"]
  const linker = ["-o", join(root, "linker"), join(here, "linker.c"), library, "-lelf", "-lz"]
  execFileSync("cc", [...flags, ...linker], { stdio: ["ignore", "ignore", "ignore"] })
  for (const name of readdirSync(objects).filter(name => name.endsWith(".bpf.o"))) {
    copyFileSync(join(objects, name), join(root, "objects", name))
  }
  const { vmlinuz, config } = kernelFiles()
  cpSync(config, join(root, "boot", basename(config)))
  copyFileSync("/bin/busybox", join(root, "bin/busybox"))
  const init = [
    "#!/bin/busybox sh",
    "/bin/busybox mount -t proc proc /proc",
    "/bin/busybox mount -t sysfs sys /sys",
    "/bin/busybox mount -t devtmpfs dev /dev",
    "ulimit -n 65536",
    "/linker /tmp/output /objects/*.o",
    "/bin/busybox dd if=/tmp/output of=/dev/nvme0n1 bs=1M",
    "/bin/busybox sync",
    "/bin/busybox poweroff -f",
  ]
  writeFileSync(join(root, "init"), `${init.join("\n")}\n`, { mode: 0o755 })
  const archive = join(guest, "initrd.gz")
  execFileSync("sh", ["-c", `find . | cpio -o -H newc --quiet | gzip -1 > ${archive}`], { cwd: root })
  execFileSync("truncate", ["-s", "256M", output])
  const machine = ["-M", "q35", "-m", "2048", "-smp", "2", "-accel", "tcg,thread=multi", "-cpu", "max"]
  const boot = ["-kernel", vmlinuz, "-initrd", archive, "-append", "console=ttyS0 quiet panic=-1"]
  const disk = ["-drive", `file=${output},format=raw,if=none,id=disk`, "-device", "nvme,drive=disk,serial=1"]
  const options = { stdio: ["ignore", "ignore", "inherit"], timeout: 900_000 }
  execFileSync("qemu-system-x86_64", [...machine, ...boot, ...disk, "-nographic", "-no-reboot"], options)
}

function compare(text) {
  const kernel = readBtf(readElf(readFileSync(vmlinux(setup.source))).section(".BTF").bytes, {
    label: "vmlinux",
  })
  const counts = {
    same: 0,
    different: 0,
    notLinked: 0,
    notLoaded: 0,
    instructions: 0,
    leftOut: 0,
    linkedOfSeveral: 0,
  }
  let object
  let reason = ""
  for (const line of text.split("\n")) {
    const [kind, ...words] = line.split(" ")
    if (kind === "O") {
      const name = basename(words[0])
      object = { name, spec: readObject(readFileSync(join(objects, name)), { name }) }
      reason = words.slice(2).join(" ")
    } else if (kind === "P") compareProgram(object, reason, words, kernel, counts)
  }
  console.log(`programs the same: ${counts.same} (${counts.linkedOfSeveral} of several functions)`)
  console.log(`programs that differ: ${counts.different}`)
  console.log(`not linked by libbpf, for want of externs or test modules: ${counts.notLinked}`)
  console.log(`not loaded: ${counts.notLoaded}`)
  console.log(
    `instructions compared: ${counts.instructions}; left out (map numbers, externs): ${counts.leftOut}`,
  )
  process.exitCode = counts.different === 0 && counts.same > 0 && existsSync(output) ? 0 : 1
}

function compareProgram({ name, spec }, reason, [programName, autoload, theirs], kernel, counts) {
  if (autoload === "0") return void counts.notLoaded++
  if (BEFORE_LINKING.test(reason)) return void counts.notLinked++
  const program = spec.programs.find(each => each.name === programName)
  const mine = hex(applyCore(program, spec, kernel).instructions)
  const { masked, halves } = ownToTheKernel(program, spec)
  const total = mine.length / 16
  const wrong = []
  for (let slot = 0; slot < total; slot++) {
    if (masked.has(slot)) counts.leftOut++
    else {
      counts.instructions++
      const end = slot * 16 + (halves.has(slot) ? 8 : 16)
      if (mine.slice(slot * 16, end) !== theirs.slice(slot * 16, end)) wrong.push(slot)
    }
  }
  if (mine.length === theirs.length && wrong.length === 0) {
    counts.same++
    if (program.functions.length > 1) counts.linkedOfSeveral++
    return
  }
  counts.different++
  const [slot = 0] = wrong
  const at = text => text.slice(slot * 16, slot * 16 + 16)
  console.log(`${name} ${programName}: ${total} instructions, libbpf has ${theirs.length / 16} (${reason})`)
  console.log(`  first difference at ${slot}: ${at(mine)}, libbpf has ${at(theirs)}`)
}

/** Slots that only a kernel can fill: numbers of maps (the first half is compared), addresses and ids of externs. */
function ownToTheKernel({ references, instructions }, { maps }) {
  const masked = new Set()
  const halves = new Set()
  for (const reference of references) {
    const { kind, at } = reference
    const wide = instructions[at].opcode === LOAD64
    if (kind === "map" || kind === "mapValue") {
      halves.add(at)
      // libbpf puts an arena's variables at its end, where the kernel allows.
      if (maps.find(map => map.name === reference.map)?.type === ARENA) masked.add(at + 1)
    } else if (kind !== "function") {
      masked.add(at)
      if (wide) masked.add(at + 1)
    }
  }
  return { masked, halves }
}

function hex(instructions) {
  return Buffer.from(encodeInstructions(instructions, true)).toString("hex")
}
