import { encodeUtf8 } from "../base/index.ts"
import type { ArchitectureName } from "../catalog/index.ts"
import { kernelImage } from "./architecture.ts"
import { packContainer } from "./container.ts"
import type { ProfileFacts } from "./kernel-profile.ts"
import { formatSymbols, type KernelSymbol } from "./symbol-table.ts"

/** What one reads off a running kernel, as its files give it. */
export interface CapturedKernel extends ProfileFacts {
  /** /sys/kernel/btf/vmlinux */
  readonly btf: Uint8Array
  /** /proc/kallsyms, read with kptr_restrict 0 on a kernel without address randomisation. */
  readonly kallsyms: string
  /** available_filter_functions of tracefs. */
  readonly functions: string
  /** /sys/kernel/debug/kprobes/blacklist */
  readonly blacklist: string
  /** "@ category/name" lines, each followed by the event's format file. */
  readonly events: string
  /** The kernel's configuration file. */
  readonly config: string
}

/** Symbols that only linkers and the kernel's own tables need. */
const UNINTERESTING =
  /^(__pfx_|__cfi_|__ksymtab_|__kstrtab|__crc_|__initcall_|__UNIQUE_ID|\.L|__already_done|__warned|__func__|__key|descriptor|_note_)/

/** Makes a profile file of what was read off a kernel. */
export async function buildProfile(captured: CapturedKernel): Promise<Uint8Array> {
  const { btf, kallsyms, functions, blacklist, events, config, ...facts } = captured
  const sections = new Map([
    ["btf", btf],
    ["symbols", encodeUtf8(formatSymbols(readSymbols(kallsyms, functions, blacklist, facts.architecture)))],
    ["events", encodeUtf8(events)],
    ["config", encodeUtf8(config)],
  ])
  return packContainer(facts, sections)
}

/** Symbols of the kernel itself (not of modules) in address order, flagged from the two lists. */
function readSymbols(
  kallsyms: string,
  functions: string,
  blacklist: string,
  architecture: ArchitectureName,
): KernelSymbol[] {
  const { start } = kernelImage(architecture)
  const moved = displacement(kallsyms, architecture)
  const traceable = new Set(functions.split("\n").filter(line => line !== "" && !line.includes("[")))
  const blacklisted = new Set(
    [...blacklist.matchAll(/^0x([0-9a-f]+)-/gm)].map(match => BigInt(`0x${match[1]}`)),
  )
  const symbols: KernelSymbol[] = []
  for (const line of kallsyms.split("\n")) {
    const [hex, type, name, module] = line.split(/[ \t]/)
    if (!hex || !type || !name || module || UNINTERESTING.test(name) || /[aA]/.test(type)) continue
    const address = BigInt(`0x${hex}`)
    if (address - moved < start) continue
    const isCode = /[tTwW]/.test(type)
    symbols.push({
      name,
      address: address - moved,
      type,
      traceable: isCode && traceable.has(name),
      blacklisted: isCode && blacklisted.has(address),
    })
  }
  return symbols.sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0))
}

/**
 * How far a kernel lies from where profiles have it: on 64-bit ARM one with randomised addresses may be anywhere in the
 * upper half. Its offsets within 256 MiB stay.
 */
function displacement(kallsyms: string, architecture: ArchitectureName): bigint {
  const { upper } = kernelImage(architecture)
  const text = BigInt(`0x${/^([0-9a-f]+) . _stext$/m.exec(kallsyms)?.[1] ?? "0"}`)
  if (text === 0n || text >> 32n === upper >> 32n) return 0n
  return text - (upper | 0x8000_0000n | (text & 0xfff_ffffn))
}
