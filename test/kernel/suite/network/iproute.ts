import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs"
import { test } from "node:test"

/** What ip and tc print here is what `skep shell` prints: see src/shell/testing. */
const LINES = `
ip netns list
ip netns add far
ip netns list
ip link add v0 type veth peer name v1
ip link show dev v0
ip link set v1 netns far
ip link show dev v0
ip addr add 10.1.1.1/24 dev v0
ip addr add 10.1.1.1/24 dev v0
ip link set dev v0 up
ip netns exec far ip addr add 10.1.1.2/24 dev v1
ip netns exec far ip link set v1 up
ip netns exec far ip link set lo up
ip netns exec far ip -4 addr show
ip netns exec far ip route
ip link show
ip link show v0
ip -4 addr
ip addr show dev v0
ip -br link
ip -br addr
ip route
ip route show
ip link show nope
ip link set nope up
ip link frobnicate
ip frobnicate
ip link set dev v0 xdp obj iproute.bpf.o sec xdp
ip link show dev v0
ip -br link show dev v0
ip link set dev v0 xdp obj iproute.bpf.o sec xdp
ip -force link set dev v0 xdp obj iproute.bpf.o sec xdp
ip link set dev v0 xdpgeneric obj iproute.bpf.o sec xdp
ip link show
ip -d link show dev v0
ip link set dev v0 xdp off
ip link show dev v0
ip link set dev v0 xdp off
ip link set dev v0 xdpgeneric obj iproute.bpf.o sec xdp
ip link show v0
ip -d link show dev v0
ip link set dev v0 xdpgeneric off
ip link set dev v0 xdpdrv obj iproute.bpf.o sec xdp
ip link show v0
ip link set dev v0 xdpdrv off
ip link set dev v0 xdpoffload obj iproute.bpf.o sec xdp
ip link set dev lo xdpdrv obj iproute.bpf.o sec xdp
ip link set dev lo xdp obj iproute.bpf.o sec xdp
ip link show lo
ip link set dev lo xdp off
ip link set dev v0 xdp obj iproute.bpf.o sec nosuch
ip link set dev v0 xdp obj nosuch.bpf.o sec xdp
ip link set dev v0 xdp obj iproute.bpf.o sec tc
ip link set dev v0 xdp obj iproute.bpf.o
ip link show v0
ip link set dev v0 xdp off
ip link set dev nope xdp obj iproute.bpf.o sec xdp
tc qdisc show dev v0
tc qdisc show
tc filter add dev v0 ingress bpf da obj iproute.bpf.o sec tc
tc qdisc add dev v0 clsact
tc qdisc add dev v0 clsact
tc qdisc show dev v0
tc filter show dev v0 ingress
tc filter add dev v0 ingress bpf da obj iproute.bpf.o sec tc
tc filter show dev v0 ingress
tc filter add dev v0 ingress bpf direct-action obj iproute.bpf.o sec tc
tc filter add dev v0 ingress pref 7 handle 3 bpf da obj iproute.bpf.o sec tc
tc filter add dev v0 ingress pref 7 handle 3 bpf da obj iproute.bpf.o sec tc
tc filter replace dev v0 ingress pref 7 handle 3 bpf da obj iproute.bpf.o sec tc
tc filter show dev v0 ingress
tc filter show dev v0 egress
tc filter add dev v0 egress bpf obj iproute.bpf.o sec tc
tc filter show dev v0 egress
tc filter add dev v0 egress matchall action bpf obj iproute.bpf.o sec action
tc filter show dev v0 egress
tc filter add dev v0 egress bpf obj iproute.bpf.o sec tc action bpf obj iproute.bpf.o sec action
tc filter show dev v0 egress
tc filter del dev v0 ingress pref 7
tc filter del dev v0 ingress pref 7
tc filter show dev v0 ingress
tc filter del dev v0 ingress
tc filter show dev v0 ingress
tc filter add dev v0 ingress bpf da obj iproute.bpf.o sec nosuch
tc filter add dev v0 ingress bpf da obj nosuch.bpf.o sec tc
tc filter add dev v0 ingress bpf da obj iproute.bpf.o sec xdp
tc filter add dev nope ingress bpf da obj iproute.bpf.o sec tc
tc filter show dev nope ingress
tc qdisc del dev v0 clsact
tc qdisc del dev v0 clsact
tc qdisc show dev v0
ip route add 10.9.9.0/24 encap bpf out obj iproute.bpf.o section lwt_out dev v0
ip route show
ip route show 10.9.9.0/24
ip route add 10.9.9.0/24 encap bpf out obj iproute.bpf.o section lwt_out dev v0
ip route add 10.9.8.0/24 encap bpf in obj iproute.bpf.o section lwt_in xmit obj iproute.bpf.o section lwt_xmit dev v0
ip route add 10.9.7.0/24 via 10.1.1.2
ip route add 10.9.6.0/24 via 10.1.1.2 dev v0
ip route add default via 10.1.1.2
ip route show
ip route del 10.9.9.0/24
ip route del 10.9.9.0/24
ip route add 10.9.9.0/24 encap bpf out obj iproute.bpf.o section nosuch dev v0
ip route add 10.9.9.0/24 encap bpf out obj iproute.bpf.o section xdp dev v0
ip route add 10.9.9.0/24 dev nope
ip route add 10.9.9.0/24 via 172.16.0.1
ip route get 10.1.1.2
ip neigh show dev v0
ip neigh add 10.1.1.2 lladdr 02:00:00:00:00:05 dev v0
ip neigh add 10.1.1.2 lladdr 02:00:00:00:00:05 dev v0
ip neigh
ip neigh replace 10.1.1.2 lladdr 02:00:00:00:00:06 dev v0
ip neigh show dev v0
ip neigh change 10.1.1.9 lladdr 02:00:00:00:00:06 dev v0
ip neigh del 10.1.1.2 dev v0
ip neigh del 10.1.1.2 dev v0
ip neigh add 10.1.1.2 lladdr 02:00:00:00:00:05
ip -6 neigh
ip link set dev v0 mtu 1400
ip link show dev v0
ip link set dev v0 mtu 67
ip link set dev v0 mtu 65536
ip link set dev v0 mtu many
ip netns exec far ip link set v1 mtu 3507
ip link set dev v0 xdpdrv obj iproute.bpf.o sec xdp
ip netns exec far ip link set v1 mtu 3506
ip link set dev v0 xdpdrv obj iproute.bpf.o sec xdp
ip netns exec far ip link set v1 mtu 3507
ip link set dev v0 xdpdrv off
ip -6 route add fd09::/64 encap seg6 mode encap segs fd01::1,fd02::1 dev v0
ip -6 route show fd09::/64
ip route add blackhole 10.8.1.0/24
ip route add unreachable 10.8.2.0/24
ip route add prohibit 10.8.3.0/24
ip route add blackhole 10.8.1.0/24
ip route show 10.8.1.0/24
ip route
ip route get 10.8.1.1
ip route get 10.8.2.1
ip route get 10.8.3.1
ip -6 route add unreachable fd08::/64
ip -6 route show fd08::/64
ip -6 route del fd08::/64
ip route del 10.8.1.0/24
ip route del unreachable 10.8.2.0/24
ip route del prohibit 10.8.3.0/24
ip link add nk0 type netkit
ip link add v5 type netkit
ip link show v5
ip link set v5 up
ip link show v5
ip link del v5
ip addr del 10.1.1.1/24 dev v0
ip addr del 10.1.1.1/24 dev v0
ip route
ip link set v0 down
ip link show v0
ip link del v0
ip link del v0
ip netns exec nosuch ip link
ip netns del far
ip netns del far
`

const PATH = "/usr/bin:/usr/sbin:/bin:/sbin"

test("ip and tc print what the shell's do", () => {
  const folder = "/tmp/iproute"
  mkdirSync(folder, { recursive: true })
  mkdirSync("/run", { recursive: true })
  copyFileSync("/skep/test/programs/iproute.bpf.o", `${folder}/iproute.bpf.o`)
  const shown = LINES.trim()
    .split("\n")
    .map(line => {
      const options = { cwd: folder, encoding: "utf8", env: { ...process.env, PATH } } as const
      const { stdout, stderr, status } = spawnSync(line.split(" ")[0]!, line.split(" ").slice(1), options)
      return `$ ${line}\n${stdout}${stderr}= ${status}\n`
    })
  writeFileSync("/tmp/out/iproute", shown.join(""))
  assert.match(shown.join(""), /prog\/xdp id \d+/)
})
