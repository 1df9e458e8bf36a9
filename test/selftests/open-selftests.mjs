// Opens every BPF object of the kernel's selftests with Skep and with libbpf and compares what they say.
//   npm run build && node test/selftests/open-selftests.mjs [--recompile] [--linked] [--big-endian]
// Needs clang-19, make, libelf-dev, zlib1g-dev, libbpf-dev and Debian's linux-source-6.12 (or LINUX_SOURCE);
// LIBBPF_SOURCE may name a newer libbpf. --linked also opens what `bpftool gen object` makes of the objects;
// --big-endian compiles for bpfeb, which only a newer libbpf opens on a little-endian machine.
import { execFile, execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { basename, join } from "node:path"
import { promisify } from "node:util"
import { SkepError } from "../../dist/base/index.js"
import { attachType, programType } from "../../dist/catalog/index.js"
import { readObject } from "../../dist/object/index.js"
import { cache, compilerFlags, prepare } from "./prepare.mjs"

const run = promisify(execFile)
const setup = prepare()
const bigEndian = process.argv.includes("--big-endian")
const objects = join(cache, bigEndian ? "objects-bpfeb" : "objects")
mkdirSync(objects, { recursive: true })
const progs = join(setup.source, "tools/testing/selftests/bpf/progs")
const sources = readdirSync(progs)
  .filter(name => name.endsWith(".c"))
  .sort()

/** Objects that the selftests link from several sources (LINKED_SKELS of their Makefile). */
const LINKED = {
  linked_funcs: ["linked_funcs1", "linked_funcs2"],
  linked_maps: ["linked_maps1", "linked_maps2"],
  linked_vars: ["linked_vars1", "linked_vars2"],
  test_static_linked: ["test_static_linked1", "test_static_linked2"],
  test_subskeleton_lib: ["test_subskeleton_lib2", "test_subskeleton_lib"],
  test_subskeleton: ["test_subskeleton_lib2", "test_subskeleton_lib", "test_subskeleton"],
  test_usdt: ["test_usdt", "test_usdt_multispec"],
}

const failed = await compileAll()
let files = readdirSync(objects)
  .filter(name => name.endsWith(".bpf.o"))
  .sort()
  .map(name => join(objects, name))
console.log(`compiled: ${files.length} of ${sources.length}; not compiled: ${failed.length}`)
if (process.argv.includes("--linked")) files = files.concat(linkAll(files))

const ours = files.map(openOurs)
const theirs = setup.openers.map(opener => ({ ...opener, results: openTheirs(opener.path) }))
report()

async function compileAll() {
  const known = join(objects, "not-compiled.json")
  if (existsSync(known) && !process.argv.includes("--recompile"))
    return JSON.parse(readFileSync(known, "utf8"))
  const flags = compilerFlags(setup, bigEndian)
  const problems = []
  const queue = [...sources]
  const worker = async () => {
    for (let name = queue.shift(); name; name = queue.shift()) {
      const output = join(objects, name.replace(/\.c$/, ".bpf.o"))
      try {
        await run("clang-19", [...flags, "-c", join(progs, name), "-o", output])
      } catch (error) {
        const reason =
          String(error.stderr)
            .split("\n")
            .find(line => line.includes("error")) ?? String(error)
        problems.push({ name, reason })
      }
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  problems.sort((a, b) => (a.name < b.name ? -1 : 1))
  writeFileSync(known, JSON.stringify(problems, null, 1))
  return problems
}

function linkAll(paths) {
  const directory = join(objects, "linked")
  mkdirSync(directory, { recursive: true })
  const singles = paths.map(path => [basename(path), [path]])
  const groups = Object.entries(LINKED).map(([name, parts]) => [
    `${name}.linked.bpf.o`,
    parts.map(part => join(objects, `${part}.bpf.o`)),
  ])
  const linked = []
  for (const [name, inputs] of [...singles, ...groups]) {
    const output = join(directory, name)
    try {
      if (!existsSync(output))
        execFileSync(setup.bpftool, ["gen", "object", output, ...inputs], { stdio: "pipe" })
      linked.push(output)
    } catch (error) {
      console.log(`  not linked: ${name}: ${String(error.stderr).split("\n")[0]}`)
    }
  }
  console.log(`linked by bpftool gen object: ${linked.length}`)
  return linked
}

function openOurs(path) {
  const bytes = readFileSync(path)
  const start = performance.now()
  try {
    const object = readObject(bytes, { name: basename(path) })
    return { path, object, ms: performance.now() - start }
  } catch (error) {
    if (error instanceof SkepError) return { path, refused: `${error.name}: ${error.message}` }
    return { path, crashed: error.stack ?? String(error) }
  }
}

function openTheirs(opener) {
  const text = execFileSync(opener, files, { maxBuffer: 1 << 28 }).toString()
  return text
    .trim()
    .split("\n")
    .map(line => JSON.parse(line))
}

function report() {
  const opened = ours.filter(each => each.object)
  const times = opened.map(each => each.ms).sort((a, b) => a - b)
  console.log(
    `\nSkep: opened ${opened.length}, refused ${ours.filter(each => each.refused).length}, crashed ${ours.filter(each => each.crashed).length}`,
  )
  console.log(
    `time: median ${times[times.length >> 1]?.toFixed(1)} ms, slowest ${times.at(-1)?.toFixed(1)} ms`,
  )
  const programs = opened.flatMap(each => each.object.programs)
  console.log(
    `programs: ${programs.length}, with a problem at load: ${programs.filter(program => program.problem).length}`,
  )
  for (const each of ours) {
    if (each.crashed) console.log(`  CRASHED ${basename(each.path)}: ${each.crashed}`)
    if (each.refused) console.log(`  refused ${basename(each.path)}: ${each.refused}`)
    for (const what of inconsistencies(each.object))
      console.log(`  INCONSISTENT ${basename(each.path)}: ${what}`)
    for (const program of each.object?.programs ?? []) {
      if (program.problem)
        console.log(`  problem ${basename(each.path)}: ${program.name}: ${program.problem}`)
    }
  }
  for (const { name, results } of theirs) compare(name, results)
}

function compare(name, results) {
  const lines = []
  const reasons = []
  let same = 0
  results.forEach((result, index) => {
    const mine = ours[index]
    const file = basename(result.path)
    if (result.error && mine.refused) {
      same++
      reasons.push(`${file}: ${result.reason.replace(/^libbpf: /, "")}`)
    } else if (result.error) lines.push(`${file}: libbpf refuses (${result.error}): ${result.reason}`)
    else if (!mine.object) lines.push(`${file}: libbpf opens, Skep refuses: ${mine.refused ?? "crash"}`)
    else {
      const differences = differ(mine.object, result)
      if (differences.length === 0) same++
      for (const difference of differences) lines.push(`${file}: ${difference}`)
    }
  })
  const opened = results.filter(result => !result.error).length
  console.log(`\n${name}: opened ${opened}, refused ${results.length - opened}`)
  console.log(`the same in Skep: ${same} of ${results.length}`)
  for (const reason of reasons) console.log(`  both refuse ${reason}`)
  for (const line of lines) console.log(`  ${line}`)
}

/** What must hold in any spec: functions without gaps, calls that lead to functions, records of their functions. */
function inconsistencies(object) {
  return (object?.programs ?? []).flatMap(
    ({ name, functions, instructions, funcInfo, coreRelocations, problem }) => {
      if (problem) return []
      const found = []
      const starts = new Set(functions.map(each => each.start))
      let end = 0
      for (const each of functions) {
        if (each.start !== end)
          found.push(`${name}: function ${each.name} starts at ${each.start}, not ${end}`)
        end = each.start + each.length
      }
      if (end !== instructions.length)
        found.push(`${name}: ${instructions.length} instructions, functions end at ${end}`)
      instructions.forEach(({ opcode, src, imm }, at) => {
        const leads = (opcode === 0x85 && src === 1) || (opcode === 0x18 && src === 4)
        if (leads && !starts.has(at + imm + 1))
          found.push(`${name}: instruction ${at} leads to ${at + imm + 1}`)
      })
      const named = funcInfo.map(info => `${info.at} ${object.btf.type(info.type).name}`)
      const placed = functions.map(each => `${each.start} ${each.name}`)
      if (funcInfo.length > 0 && named.join() !== placed.join())
        found.push(`${name}: func_info ${named}, functions ${placed}`)
      for (const { at } of coreRelocations) {
        if (!instructions[at] || instructions[at].opcode === 0)
          found.push(`${name}: CO-RE record at ${at} has no instruction`)
      }
      return found
    },
  )
}

/** What libbpf tells of an opened object, against the spec. */
function differ(object, result) {
  const programs = object.programs.map(program => ({
    name: program.name,
    section: program.section.replace(/^\?/, ""),
    autoload: !program.section.startsWith("?"),
    type: program.definition ? programType(program.definition.programType).number : 0,
    attach: program.definition?.attachType ? attachType(program.definition.attachType).number : 0,
    instructions: program.functions[0].length,
  }))
  const maps = object.maps.map(map => ({
    name: map.name,
    type: map.type,
    keySize: map.keySize,
    valueSize: map.valueSize,
    maxEntries: map.maxEntries,
    flags: map.flags,
    extra: Number(map.extra),
    keyType: map.keyType ?? 0,
    valueType: map.valueType ?? 0,
    pinned: map.pinning === "byName",
  }))
  return [...differList("program", programs, result.programs), ...differList("map", maps, result.maps)]
}

function differList(what, mine, theirs) {
  if (mine.length !== theirs.length) return [`${mine.length} ${what}s, libbpf has ${theirs.length}`]
  return mine.flatMap((each, index) => {
    const a = JSON.stringify(each)
    const b = JSON.stringify(theirs[index])
    return a === b ? [] : [`${what} ${a}, libbpf has ${b}`]
  })
}
