import { didYouMean, UsageError } from "../../base/index.ts"
import { ATTACH_TYPES, attachType } from "../../catalog/index.ts"

/** What bpftool called attach types before it took libbpf's names; these may be shortened. In the order of their numbers. */
const OLDER_NAMES: readonly (readonly [word: string, name: string])[] = [
  ["ingress", "cgroup_inet_ingress"],
  ["egress", "cgroup_inet_egress"],
  ["sock_create", "cgroup_inet_sock_create"],
  ["sock_ops", "cgroup_sock_ops"],
  ["device", "cgroup_device"],
  ["bind4", "cgroup_inet4_bind"],
  ["bind6", "cgroup_inet6_bind"],
  ["connect4", "cgroup_inet4_connect"],
  ["connect6", "cgroup_inet6_connect"],
  ["post_bind4", "cgroup_inet4_post_bind"],
  ["post_bind6", "cgroup_inet6_post_bind"],
  ["sendmsg4", "cgroup_udp4_sendmsg"],
  ["sendmsg6", "cgroup_udp6_sendmsg"],
  ["sysctl", "cgroup_sysctl"],
  ["recvmsg4", "cgroup_udp4_recvmsg"],
  ["recvmsg6", "cgroup_udp6_recvmsg"],
  ["getsockopt", "cgroup_getsockopt"],
  ["setsockopt", "cgroup_setsockopt"],
  ["getpeername4", "cgroup_inet4_getpeername"],
  ["getpeername6", "cgroup_inet6_getpeername"],
  ["getsockname4", "cgroup_inet4_getsockname"],
  ["getsockname6", "cgroup_inet6_getsockname"],
  ["sock_release", "cgroup_inet_sock_release"],
]

/** The number of an attach type by libbpf's name, or by bpftool's older one. Throws UsageError. */
export function parseAttachType(word: string): number {
  const name =
    attachType(word)?.name === word
      ? word
      : OLDER_NAMES.find(([older]) => word !== "" && older.startsWith(word))?.[1]
  const row = name === undefined ? undefined : attachType(name)
  if (row) return row.number
  const names = [...ATTACH_TYPES.map(each => each.name), ...OLDER_NAMES.map(([older]) => older)]
  const hint = didYouMean(word, names)
  throw new UsageError(`invalid attach type '${word}'`, hint === undefined ? {} : { hint })
}
