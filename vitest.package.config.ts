import { defineConfig } from 'vitest/config'

const common = {
  globalSetup: ['test/package/setup.ts'],
  testTimeout: 120_000,
  hookTimeout: 600_000,
  fileParallelism: false,
}

/** The proofs of what is published. Unlike `npm test`, they build, pack and install, and need the npm registry. */
export default defineConfig({
  test: {
    projects: [
      { test: { ...common, name: 'package', include: ['test/package/*.test.ts'] } },
      { test: { ...common, name: 'nodes', include: ['test/package/nodes/*.test.ts'] } },
    ],
  },
})
