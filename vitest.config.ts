import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["{src,test,exhibits}/**/*.test.ts"],
    reporters: ["default", "./test/plain-count-reporter.ts"],
    globalSetup: "scripts/native-maps/build.mjs",
    testTimeout: 60_000,
  },
})
