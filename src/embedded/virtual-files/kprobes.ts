import type { KernelProfile } from "../../profile/index.ts"
import type { KernelCore } from "../core.ts"
import type { Folder } from "../files/index.ts"
import { folderOf, shown } from "./folder.ts"

/** debugfs's kprobes: what stands, and where none may. */
export function kprobeFolder({ profile, hooks }: KernelCore): Folder {
  return folderOf({
    blacklist: shown(() => blacklist(profile)),
    enabled: shown(() => "1\n", 0o400),
    list: shown(() => {
      const lines: string[] = []
      for (const [symbol, { kprobe, kretprobe }] of hooks.functions())
        for (const [kind, probes] of [
          ["k", kprobe],
          ["r", kretprobe],
        ] as const)
          for (const { offset } of probes) lines.push(probeLine(profile, kind, symbol, offset))
      return lines.join("")
    }),
  })
}

function probeLine(profile: KernelProfile, kind: "k" | "r", symbol: string, offset: number): string {
  const found = profile.symbols().find(symbol)
  const address = ((found?.address ?? 0n) + BigInt(offset)).toString(16)
  const isAtEntry = found?.traceable && offset === 0
  return `${address}  ${kind}  ${symbol}+0x${offset.toString(16)}    ${isAtEntry ? "[FTRACE]" : ""}\n`
}

/** A function reaches to where the next one begins. */
function blacklist(profile: KernelProfile): string {
  const lines: string[] = []
  let open: { readonly address: bigint; readonly names: string[] } | undefined
  for (const { name, address, blacklisted } of profile.symbols().all()) {
    if (open && address !== open.address) {
      for (const each of open.names) lines.push(`${hex(open.address)}-${hex(address)}\t${each}\n`)
      open = undefined
    }
    if (!blacklisted) continue
    open ??= { address, names: [] }
    open.names.push(name)
  }
  return lines.join("")
}

function hex(address: bigint): string {
  return `0x${address.toString(16)}`
}
