import type { AttachPoint, Exhibit } from "skep"
import { asked, called, probed, type Steps, traced, trail, watched } from "../path/path.ts"

const GROUP = "/sys/fs/cgroup/skep-connect-path"
const HERE: AttachPoint = { kind: "cgroup", path: GROUP }
const SERVER = { address: "127.0.0.1", port: 4011 }

const newState: Steps = ["tp_btf/inet_sock_set_state", "tp/sock/inet_sock_set_state"]

/** A segment leaves, and comes in again by the loopback device when the processor is free: `arrivals` then. */
const out = (...arrivals: Steps): Steps => [
  probed("__ip_local_out"),
  probed(
    "ip_output",
    probed(
      "ip_finish_output",
      "cgroup_skb/egress",
      probed(
        "__dev_queue_xmit",
        "tp_btf/net_dev_queue",
        probed("dev_hard_start_xmit", probed("loopback_xmit", "tp_btf/netif_rx")),
        arrivals,
      ),
    ),
  ),
]

const arrival = (...inside: Steps): Steps =>
  probed(
    "__netif_receive_skb",
    "tp_btf/netif_receive_skb",
    probed("ip_rcv", probed("ip_local_deliver", traced("tcp_v4_rcv", inside))),
  )

const filtered = probed("sk_filter_trim_cap", "cgroup_skb/ingress", "lsm/socket_sock_rcv_skb")

const transmitted = (...arrivals: Steps): Steps =>
  probed("__tcp_transmit_skb", probed("ip_queue_xmit", out(arrivals)))

/** Who listens is asked, and answers. */
const request = arrival(
  "sk_lookup",
  filtered,
  probed(
    "tcp_v4_do_rcv",
    probed(
      "tcp_rcv_state_process",
      probed(
        "tcp_conn_request",
        "lsm/inet_conn_request",
        ...["sockops rwnd_init", "sockops timeout_init", "sockops needs_ecn"],
        probed("ip_build_and_send_pkt", out()),
      ),
    ),
  ),
)

/** Who listens has a socket for the connection. */
const confirmation = arrival(
  filtered,
  probed("tcp_check_req", probed("tcp_v4_syn_recv_sock", newState, "lsm/inet_csk_clone")),
  probed(
    "tcp_child_process",
    probed("tcp_rcv_state_process", "sockops passive_established", probed("tcp_set_state", newState)),
  ),
)

/** The answer waited for as long as the call had the socket. */
const answer = probed(
  "release_sock",
  probed(
    "tcp_v4_do_rcv",
    probed(
      "tcp_rcv_state_process",
      probed(
        "tcp_finish_connect",
        probed("tcp_set_state", newState),
        "lsm/inet_conn_established",
        "sockops active_established",
      ),
      probed("tcp_send_ack", transmitted(confirmation)),
    ),
  ),
)

const connect = called(
  "connect",
  probed(
    "__sys_connect",
    probed("move_addr_to_kernel"),
    traced(
      "__sys_connect_file",
      asked("socket_connect"),
      watched(
        "inet_stream_connect",
        probed("tcp_v4_pre_connect", "cgroup/connect4"),
        watched(
          "tcp_v4_connect",
          probed("tcp_set_state", newState),
          probed("inet_hash_connect"),
          traced(
            "tcp_connect",
            ...["sockops tcp_connect", "sockops rwnd_init", "sockops timeout_init", "sockops needs_ecn"],
            // The request is answered, and the answer put by.
            transmitted(request, arrival(filtered)),
          ),
        ),
        answer,
        probed("release_sock"),
      ),
    ),
  ),
)

const MOST_TRIES = 10
/** A busy processor leaves packets to a thread of its own (ksoftirqd), which is not the one that connects: another try then. */
const hasArrived = (steps: readonly string[]): boolean =>
  steps.filter(step => step === "kprobe/__netif_receive_skb").length === 3

/** Three segments go over the loopback device while one call waits. */
const path: Exhibit = {
  title: "a program on every hook of connect(2), down to the device and up to who listens, in order",
  setUp: world => void world.makeGroup("skep-connect-path"),
  attach: {
    ...{ group_connect4: HERE, group_egress: HERE, group_ingress: HERE, operations: HERE },
    lookup: { kind: "netns" },
  },
  scenario({ world, object }) {
    return world.inGroup(GROUP, () => {
      const server = world.socket()
      server.bind(SERVER)
      server.listen()
      let connect: string[] = []
      for (let tries = 0; tries < MOST_TRIES && !hasArrived(connect); tries++) {
        const client = world.socket()
        object.globals.watched_pid = world.pid
        client.connect(SERVER)
        connect = trail(object)
        client.close()
      }
      server.close()
      return { connect }
    })
  },
  expected: { connect },
}

export default path
