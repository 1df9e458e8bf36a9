import type { Exhibit, World, WorldSocket } from "skep"

const [SOL_SOCKET, SO_REUSEPORT] = [1, 15]
const WORKERS = 3
let workers: WorldSocket[] = []

function openWorkers(world: World): void {
  let port = 0
  workers = Array.from({ length: WORKERS }, () => {
    const worker = world.socket({ type: "datagram" })
    worker.setOption(SOL_SOCKET, SO_REUSEPORT, 1)
    worker.bind({ address: "127.0.0.1", port })
    port = (worker.name() as { port: number }).port
    return worker
  })
}

/** A server with one socket a worker: requests for one customer always come to the same. */
const workerChoice: Exhibit = {
  title: "which of several workers on one port gets a request",
  setUp: openWorkers,
  attach: { choose: () => ({ kind: "socket", fd: workers[0]?.fd ?? -1, reuseport: true }) },
  async scenario({ world, object, eventually }) {
    for (const [index, worker] of workers.entries()) await object.maps.workers?.set(index, BigInt(worker.fd))
    const to = workers[0]?.name()
    const client = world.socket({ type: "datagram" })
    const received: string[] = []
    for (const customer of [0, 1, 2, 1, 1]) {
      client.send(Uint8Array.of(customer, 7), to)
      const who = await eventually(() => {
        const index = workers.findIndex(worker => worker.receive() !== undefined)
        return index >= 0 ? index : undefined
      })
      received.push(`${customer} -> worker ${who}`)
    }
    client.send(Uint8Array.of(0xff), to)
    client.send(Uint8Array.of(99), to)
    await world.sleep(50)
    const other = workers.filter(worker => worker.receive() !== undefined).length
    return { received, other, counts: { ...object.globals } }
  },
  expected: {
    received: ["0 -> worker 0", "1 -> worker 1", "2 -> worker 2", "1 -> worker 1", "1 -> worker 1"],
    other: 1,
    counts: { chosen: 5, dropped: 1, missing: 1, absent: -2 },
  },
}

export default workerChoice
