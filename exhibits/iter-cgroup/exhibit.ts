import type { AttachPoint, Exhibit } from "skep"

const TREE = "/sys/fs/cgroup/shop"

const groups: Exhibit = {
  title: "control groups listed by a program, down a tree and up again",
  programsSince: { "6.7": ["count_groups", "list_members"] },
  programs: ["list_groups", "count_groups", "list_members"],
  setUp(world) {
    for (const name of ["web/front", "web/back", "jobs"]) world.makeGroup(`shop/${name}`)
  },
  attach: {
    list_groups: { kind: "iter", cgroup: TREE },
    count_groups: { kind: "iter", cgroup: TREE },
    list_members: { kind: "iter", cgroup: `${TREE}/web/front` },
  },
  async scenario({ world, object, links }) {
    const list = async (point: Omit<Extract<AttachPoint, { kind: "iter" }>, "kind">): Promise<string> => {
      const link = await object.programs.list_groups!.attach({ kind: "iter", ...point })
      const text = await link.read()
      await link.detach()
      return text.trim()
    }
    const missing = list({ cgroup: 123_456_789n }).catch((error: { readonly errno?: string }) => error.errno)
    const seen = {
      parentsFirst: (await links.list_groups!.read()).trim(),
      childrenFirst: await list({ cgroup: TREE, order: "childrenFirst" }),
      self: await list({ cgroup: `${TREE}/web`, order: "self" }),
      upwards: await list({ cgroup: `${TREE}/web/back`, order: "upwards" }),
      byId: await list({ cgroup: world.groupId(`${TREE}/web`) }),
      missing: await missing,
    }
    object.globals.last = world.groupId(`${TREE}/web`)
    const stopped = await list({ cgroup: TREE })
    const counts = (await links.count_groups?.read())?.trim().split("\n") ?? []
    const members = await world.inGroup(`${TREE}/web/front`, async () => links.list_members?.read())
    return { ...seen, stopped, counts, members: members?.trim().replace(` ${world.pid}`, " this process") }
  },
  expected: {
    parentsFirst: "shop web front back jobs end",
    childrenFirst: "front back web jobs shop end",
    self: "web end",
    // The root has no name.
    upwards: "back web shop  end",
    byId: "web front back end",
    missing: "ENOENT",
    stopped: "shop web end",
    counts: [
      "shop: 5 down, 2 up",
      "web: 3 down, 3 up",
      "front: 1 down, 4 up",
      "back: 1 down, 4 up",
      "jobs: 1 down, 3 up",
    ],
    members: "front: this process",
  },
  expectedBefore: { "6.7": { counts: [], members: undefined } },
}

export default groups
