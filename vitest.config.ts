import { defineConfig } from 'vitest/config'

const isSoak = process.env.ESPALIER_SOAK === '1'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/build.ts',
    testTimeout: isSoak ? 3_600_000 : 60_000,
    hookTimeout: 60_000,
    // Tests of the whole product start processes of their own; more workers than cores only make them wait.
    maxWorkers: 2,
    allowOnly: false,
    reporters: ['default', './test/closing-line.ts'],
  },
})
