import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { type ObjectSpec, readObject } from "skep"

export interface Ran {
  readonly status: number
  readonly out: string
  readonly err: string
}

type Main = (args: readonly string[], io: unknown) => Promise<number>

/** The package's own files: a suite's tests stand in /skep/test/suite. */
const cli = (name: string): string => new URL(`../../../dist/cli/${name}.js`, import.meta.url).pathname
/** The command line without a new process each: starting Node takes a second in the guest. */
const { main } = (await import(cli("main"))) as { main: Main }
const { readFileTyped, writeFileTyped } = (await import(cli("program"))) as Record<string, unknown>

const plainStyle = new Proxy({}, { get: () => (text: string) => text })

/** `skep …` in this process. */
export async function run(...args: string[]): Promise<Ran> {
  let [out, err] = ["", ""]
  const io = {
    out: (text: string) => {
      out += text
    },
    err: (text: string) => {
      err += text
    },
    style: plainStyle,
    readFile: readFileTyped,
    writeFile: writeFileTyped,
  }
  return { status: await main(args, io), out, err }
}

/** `skep --linux …` in this process. */
export function skep(...args: string[]): Promise<Ran> {
  return run("--linux", ...args)
}

export function bpftool(...args: string[]): Ran {
  const { status, stdout, stderr } = spawnSync("bpftool", args, { encoding: "utf8", maxBuffer: 1 << 26 })
  return { status: status ?? -1, out: stdout, err: stderr }
}

export type Form = "" | "-j" | "-p"

/** The same words give the same text, the same JSON, and the same JSON on many lines. */
export async function compare(
  args: readonly string[],
  forms: readonly Form[] = ["", "-j", "-p"],
): Promise<void> {
  for (const form of forms) {
    const words = form === "" ? args : [form, ...args]
    const wanted = bpftool(...words)
    const given = await skep(...words)
    assert.equal(
      withTimesOf(withNumbers(given.out), withNumbers(wanted.out)),
      withNumbers(wanted.out),
      `${words.join(" ")}: ${given.err}${wanted.err}`,
    )
    assert.equal(given.status, wanted.status === 0 ? 0 : 1, words.join(" "))
    assert.notEqual(wanted.out, "", `bpftool ${words.join(" ")} prints nothing: ${wanted.err}`)
  }
}

/** Both fail with status 1 (bpftool: any), say why in the same words up to errno's name, and print nothing else. */
export async function compareFailure(...args: string[]): Promise<void> {
  const wanted = bpftool("-j", ...args)
  const given = await skep("-j", ...args)
  assert.notEqual(wanted.status, 0, args.join(" "))
  assert.equal(given.status, 1, args.join(" "))
  const reason = (text: string): string => (JSON.parse(text) as { error: string }).error
  assert.equal(reason(given.out).replace(/ \(E[A-Z0-9]+\)$/, ""), reason(wanted.out))
}

/** Types that came after bpftool 7.1: it prints their numbers. */
const NEWER: Readonly<Record<string, number>> = { netfilter: 32 }

function withNumbers(text: string): string {
  let changed = text
  for (const [name, number] of Object.entries(NEWER))
    changed = changed
      .replaceAll(new RegExp(`("type": ?)"${name}"`, "g"), `$1${number}`)
      .replaceAll(new RegExp(`^(\\d+: )${name} {2}`, "gm"), `$1type ${number}  `)
  return changed
}

const LOADED = /(loaded_at"?:? ?)(\S+?)(?=[,\s])/g

/** Times of loading as the other text has them, where they are at most a second apart: both round what the boot's time is. */
function withTimesOf(given: string, wanted: string): string {
  const times = [...wanted.matchAll(LOADED)].map(([, , time = ""]) => time)
  let index = 0
  return given.replace(LOADED, (whole: string, name: string, time: string) => {
    const other = times[index++] ?? time
    return Math.abs(seconds(time) - seconds(other)) <= 1 ? `${name}${other}` : whole
  })
}

/** Of a number of seconds, or of a date. */
function seconds(time: string): number {
  return /^\d+$/.test(time) ? Number(time) : Date.parse(time.replace(/\+0000$/, "Z")) / 1000
}

/** What a command prints as JSON. */
export async function json<T>(...args: string[]): Promise<T> {
  const { out, err, status } = await skep("-j", ...args)
  assert.equal(status, 0, `${args.join(" ")}: ${err}`)
  return JSON.parse(out) as T
}

/** The command line gives no error and prints nothing. */
export async function quiet(...args: string[]): Promise<void> {
  const { status, out, err } = await skep(...args)
  assert.deepEqual({ status, out, err }, { status: 0, out: "", err: "" }, args.join(" "))
}

export function object(name: string): ObjectSpec {
  return readObject(readFileSync(`/skep/test/programs/${name}.bpf.o`), { name })
}
