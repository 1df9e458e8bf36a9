import { existsSync } from "node:fs"
import { playwright } from "@vitest/browser-playwright"
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config"

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium"

/** What must run wherever WebAssembly does: the engine's tests again, in the machine's own browser. */
const inChromium: TestProjectInlineConfiguration = {
  extends: true,
  test: {
    name: "chromium",
    include: ["src/engine/*.test.ts", "src/engine/conformance/*.test.ts"],
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        launchOptions: {
          executablePath: CHROMIUM,
          // Chromium's sandbox refuses to run as root.
          args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
        },
      }),
      instances: [{ browser: "chromium" }],
    },
  },
}

const withoutChromium: TestProjectInlineConfiguration = {
  extends: true,
  test: { name: "chromium", include: ["test/chromium/not-installed.ts"] },
}

export default defineConfig({
  test: {
    reporters: ["default", "./test/plain-count-reporter.ts"],
    globalSetup: "scripts/native-maps/build.mjs",
    testTimeout: 60_000,
    projects: [
      { extends: true, test: { name: "node", include: ["{src,test,exhibits}/**/*.test.ts"] } },
      existsSync(CHROMIUM) ? inChromium : withoutChromium,
    ],
  },
})
