import { test } from "vitest"

// What stands in the results when there is no browser (vitest.config.ts).
test("the engine in Chromium", context => {
  context.skip(`no Chromium at ${process.env.CHROMIUM ?? "/usr/bin/chromium"}: apt-get install chromium`)
})
