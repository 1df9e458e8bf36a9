import type { Exhibit, KernelMap, WorldSocket } from "skep"

const ABOVE = "/sys/fs/cgroup/skep-storage"
const [CLIENT, SERVER] = [`${ABOVE}/client`, `${ABOVE}/server`]
/** enum bpf_attach_type. */
const [INGRESS, EGRESS] = [0, 1]

/** "ok", or the errno of a refusal. */
async function errnoOf(action: Promise<unknown>): Promise<unknown> {
  return action.then(
    () => "ok",
    (error: { readonly errno?: string }) => error.errno,
  )
}

const storage: Exhibit = {
  title: "counters that the kernel keeps for each control group a program is attached to",
  setUp(world) {
    world.makeGroup("skep-storage/client")
    world.makeGroup("skep-storage/server")
  },
  attach: {
    out: { kind: "cgroup", path: CLIENT },
    in: { kind: "cgroup", path: CLIENT },
  },
  async scenario({ world, object, eventually }) {
    const both = object.maps.both as KernelMap
    const each = object.maps.each as KernelMap
    const [client, server, above] = [CLIENT, SERVER, ABOVE].map(path => world.groupId(path))
    const one = { packets: 1n, bytes: 1n }
    const before = [await both.get(server), await errnoOf(both.set(server, one))]
    const link = await object.programs.out!.attach({ kind: "cgroup", path: SERVER })

    const socket = (): WorldSocket => world.socket({ type: "datagram" })
    const receiver = await world.inGroup(SERVER, socket)
    receiver.bind({ address: "127.0.0.1", port: 0 })
    const sender = await world.inGroup(CLIENT, socket)
    sender.send(new Uint8Array(100), receiver.name())
    sender.send(new Uint8Array(200), receiver.name())
    const message = await eventually(() => receiver.receive())
    await eventually(() => receiver.receive())
    receiver.send(new Uint8Array(10), message!.from!)
    await eventually(() => sender.receive())

    const sum = async (group: unknown, attach_type: number): Promise<unknown> => {
      const values = (await each.get({ cgroup_inode_id: group, attach_type })) as
        | readonly bigint[]
        | undefined
      return values?.reduce((total, value) => total + value, 0n)
    }
    const seen = {
      client: [await both.get(client), await sum(client, EGRESS), await sum(client, INGRESS)],
      // Nothing counts there on the way in.
      server: [await both.get(server), await sum(server, EGRESS), await sum(server, INGRESS)],
      above: await both.get(above),
    }
    const keys: unknown[] = []
    for await (const [key] of both.entries())
      keys.push(key === client ? "client" : key === server ? "server" : key)
    await both.set(client, one, { flag: "exist" })
    const changed = await both.get(client)
    const refused = [
      await errnoOf(both.set(client, one, { flag: "noexist" })),
      await errnoOf(both.set(above, one)),
      await errnoOf(both.delete(client)),
    ]
    // What was counted stays with the group.
    await link.detach()
    const detached = await sum(server, EGRESS)
    return { before, seen, keys, changed, refused, detached }
  },
  expected: {
    before: [undefined, "ENOENT"],
    seen: {
      client: [{ packets: 3n, bytes: 394n }, 2n, 1n],
      server: [{ packets: 1n, bytes: 38n }, 1n, undefined],
      above: undefined,
    },
    keys: ["server", "client"],
    changed: { packets: 1n, bytes: 1n },
    refused: ["EINVAL", "ENOENT", "EINVAL"],
    detached: 1n,
  },
}

export default storage
