import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const src = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      { find: /^holdfast$/, replacement: src('index.ts') },
      {
        find: /^holdfast\/(toss|payple|portone-v1|portone-v2|wallet|mock)$/,
        replacement: src('providers/$1/index.ts'),
      },
      { find: /^holdfast\/storage\/(.+)$/, replacement: src('storage/$1/index.ts') },
      { find: /^holdfast\/express$/, replacement: src('http/express.ts') },
      { find: /^holdfast\/(.+)$/, replacement: src('$1/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/browser/**', 'test/package/**', 'test/long/**', 'test/servers/**', 'test/hosts/**'],
    testTimeout: 30_000,
  },
})
