import type { Scenario } from "../../src/cli/run/scenario.ts"

/** Root and an ordinary user each run something; the user mistypes a name first. */
const twoUsers: Scenario = async ({ world }) => {
  await world.exec("/bin/true")
  await world.exec("/bin/tru", { uid: 1000 })
  await world.exec("/bin/ls", { uid: 1000, args: ["-l"] })
}

export default twoUsers
