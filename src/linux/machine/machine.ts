import { existsSync, readdirSync, readFileSync } from "node:fs"
import { release as unameRelease } from "node:os"
import { gunzipSync } from "node:zlib"
import { LoadError } from "../../base/index.ts"
import { type Btf, readBtf } from "../../btf/index.ts"
import { CAPABILITY_NUMBERS, type Capability, compareReleases } from "../../catalog/index.ts"
import type { KernelFacts } from "../../kernel/index.ts"

const BTF_FOLDER = "/sys/kernel/btf"

/** The kernel's types stay the same for as long as it runs. */
let kernelBtf: Btf | undefined

function search(bytes: Uint8Array, pattern: Uint8Array, from: number): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(pattern, from)
}

/** What the running kernel says of itself in /proc and /sys; read when asked for, and kept. */
export class Machine implements KernelFacts {
  /** What `uname -r` prints: "6.12.117+deb12-cloud-amd64". */
  readonly version = unameRelease()
  /** Its family: "6.12". */
  readonly release: string
  readonly #modules = new Map<string, Btf>()
  #config: Map<string, string> | undefined
  #symbols: Map<string, bigint> | undefined

  constructor() {
    const family = /^\d+\.\d+/.exec(this.version)?.[0]
    if (!family) throw new LoadError(`kernel release '${this.version}' has no version in front`)
    this.release = family
  }

  /** True when the kernel is of this release or a newer one. */
  since(release: string): boolean {
    return compareReleases(this.release, release) >= 0
  }

  /** /sys/kernel/btf/vmlinux. Throws LoadError on kernels built without CONFIG_DEBUG_INFO_BTF. */
  btf(): Btf {
    kernelBtf ??= readBtf(this.#read(`${BTF_FOLDER}/vmlinux`), {
      label: `vmlinux ${this.version}`,
      trusted: search,
    })
    return kernelBtf
  }

  /** Names of loaded modules that have BTF. */
  moduleNames(): string[] {
    return existsSync(BTF_FOLDER) ? readdirSync(BTF_FOLDER).filter(name => name !== "vmlinux") : []
  }

  /** The split BTF of a module. */
  moduleBtf(name: string): Btf {
    let btf = this.#modules.get(name)
    if (!btf) {
      btf = readBtf(this.#read(`${BTF_FOLDER}/${name}`), { label: name, base: this.btf() })
      this.#modules.set(name, btf)
    }
    return btf
  }

  /** /proc/config.gz, or the file that distributions put beside the kernel. Nothing is set where there is neither. */
  config(option: string): string | undefined {
    this.#config ??= this.#readConfig()
    return this.#config.get(option)
  }

  /** Whether a configuration was found at all. */
  get hasConfig(): boolean {
    this.#config ??= this.#readConfig()
    return this.#config.size > 0
  }

  hasSymbol(name: string): boolean {
    return this.symbols().has(name)
  }

  /** The address of a symbol in /proc/kallsyms: 0 where the kernel hides addresses from this process. */
  symbolAddress(name: string): bigint | undefined {
    return this.symbols().get(name)
  }

  /** Every symbol of /proc/kallsyms, the first of a name. */
  symbols(): ReadonlyMap<string, bigint> {
    this.#symbols ??= parseSymbols(readFileSync("/proc/kallsyms", "latin1"))
    return this.#symbols
  }

  /** Whether ftrace can attach to a function: available_filter_functions. Undefined when that file cannot be read. */
  traceableFunctions(): readonly string[] | undefined {
    try {
      const text = readFileSync(`${this.tracefs}/available_filter_functions`, "latin1")
      return text.split("\n").map(line => line.split(" ")[0] as string)
    } catch {
      return undefined
    }
  }

  /** Where tracefs is mounted. */
  get tracefs(): string {
    const current = "/sys/kernel/tracing"
    return existsSync(`${current}/events`) ? current : "/sys/kernel/debug/tracing"
  }

  /** CPUs that may ever be there: per-CPU values have as many. */
  get possibleCpus(): number {
    return cpuList(readFileSync("/sys/devices/system/cpu/possible", "utf8")).length
  }

  get onlineCpus(): readonly number[] {
    return cpuList(readFileSync("/sys/devices/system/cpu/online", "utf8"))
  }

  /** What this process holds of the capabilities that BPF asks for. */
  capabilities(): ReadonlySet<Capability> {
    const status = readFileSync("/proc/self/status", "latin1")
    const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? "0"}`)
    const held = Object.entries(CAPABILITY_NUMBERS).filter(([, bit]) => (effective >> BigInt(bit)) & 1n)
    return new Set(held.map(([name]) => name as Capability))
  }

  /** The sysctl kernel.unprivileged_bpf_disabled is not 0. */
  get unprivilegedDisabled(): boolean {
    const path = "/proc/sys/kernel/unprivileged_bpf_disabled"
    return existsSync(path) && readFileSync(path, "latin1").trim() !== "0"
  }

  /** The sysctl kernel.perf_event_paranoid; −1 on kernels without perf events. */
  get perfEventParanoid(): number {
    const path = "/proc/sys/kernel/perf_event_paranoid"
    return existsSync(path) ? Number(readFileSync(path, "latin1")) : -1
  }

  /** Names of the security modules that are active; undefined where securityfs does not tell. */
  get securityModules(): readonly string[] | undefined {
    const path = "/sys/kernel/security/lsm"
    return existsSync(path) ? readFileSync(path, "latin1").trim().split(",") : undefined
  }

  #read(path: string): Uint8Array {
    try {
      return readFileSync(path)
    } catch (cause) {
      throw new LoadError(`${path} cannot be read: this kernel has no type information there (ENOENT)`, {
        errno: "ENOENT",
        hint: "build the kernel with CONFIG_DEBUG_INFO_BTF=y",
        cause,
      })
    }
  }

  #readConfig(): Map<string, string> {
    const options = new Map<string, string>()
    for (const match of this.#configText().matchAll(/^(CONFIG_[A-Za-z0-9_]+)=(.*)$/gm))
      options.set(match[1] as string, match[2] as string)
    return options
  }

  #configText(): string {
    if (existsSync("/proc/config.gz")) return gunzipSync(readFileSync("/proc/config.gz")).toString("latin1")
    const places = [`/boot/config-${this.version}`, `/lib/modules/${this.version}/config`]
    const found = places.find(path => existsSync(path))
    return found ? readFileSync(found, "latin1") : ""
  }
}

function parseSymbols(text: string): Map<string, bigint> {
  const symbols = new Map<string, bigint>()
  for (const line of text.split("\n")) {
    const [address, , name] = line.split(/\s/)
    if (address && name && !symbols.has(name)) symbols.set(name, BigInt(`0x${address}`))
  }
  return symbols
}

/** "0-3,8" → [0, 1, 2, 3, 8]. */
function cpuList(text: string): number[] {
  return text
    .trim()
    .split(",")
    .flatMap(range => {
      const [first = 0, last = first] = range.split("-").map(Number)
      return Array.from({ length: last - first + 1 }, (_, index) => first + index)
    })
}
