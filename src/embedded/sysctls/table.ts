import type { KernelProfile } from "../../profile/index.ts"
import type { NetNamespace } from "../network/index.ts"
import { ANY_INT, choiceSysctl, numberSysctl, type Sysctl, shownSysctl, textSysctl } from "./sysctl.ts"

/** Bytes that names of the machine have at most (__NEW_UTS_LEN and a NUL). */
const NAME_BYTES = 65
const FLAG = { least: 0, most: 1 }

/** Where the values are kept that others look at. */
interface SysctlKernel {
  readonly profile: KernelProfile
  readonly network: { readonly initial: Pick<NetNamespace, "forwards" | "synCookies"> }
  readonly congestionControls: { readonly names: readonly string[]; readonly usual: { text: string } }
  readonly perfEventParanoid: number[]
}

/** What is modelled below /proc/sys. The values are a fresh machine's. */
export function sysctlTable({
  profile,
  network,
  congestionControls,
  perfEventParanoid,
}: SysctlKernel): Sysctl[] {
  const { forwards, synCookies } = network.initial
  const text = (name: string, value: string, isWritable = false) =>
    textSysctl(name, { text: value }, NAME_BYTES, isWritable)
  return [
    text("kernel/ostype", "Linux"),
    text("kernel/osrelease", profile.version),
    text("kernel/hostname", "skep", true),
    text("kernel/domainname", "(none)", true),
    numberSysctl("kernel/perf_event_paranoid", perfEventParanoid, { ...ANY_INT, least: -1 }),
    numberSysctl("kernel/pid_max", [32768], { least: 301, most: 4194304 }),
    numberSysctl("kernel/printk", [7, 4, 1, 7]),
    numberSysctl("kernel/sysrq", [438]),
    numberSysctl("vm/swappiness", [60], { least: 0, most: 200 }),
    numberSysctl("vm/overcommit_memory", [0], { least: 0, most: 2 }),
    numberSysctl("net/core/somaxconn", [4096], { least: 0, most: 2 ** 31 - 1 }),
    numberSysctl("net/ipv4/ip_forward", forwards.ipv4),
    numberSysctl("net/ipv4/ip_default_ttl", [64], { least: 1, most: 255 }),
    numberSysctl("net/ipv4/ip_unprivileged_port_start", [1024], { least: 0, most: 65535 }),
    numberSysctl("net/ipv4/ip_local_port_range", [32768, 60999], { least: 1, most: 65535 }),
    numberSysctl("net/ipv4/tcp_syncookies", synCookies),
    numberSysctl("net/ipv4/tcp_rmem", [4096, 131072, 6291456], { least: 1, most: 2 ** 31 - 1 }),
    numberSysctl("net/ipv4/tcp_mtu_probing", [0], FLAG),
    choiceSysctl("net/ipv4/tcp_congestion_control", congestionControls.usual, () => congestionControls.names),
    shownSysctl("net/ipv4/tcp_available_congestion_control", () => congestionControls.names.join(" ")),
    numberSysctl("net/ipv6/conf/all/forwarding", forwards.ipv6),
  ]
}
