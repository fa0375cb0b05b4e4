import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const host = (name: string) => fileURLToPath(new URL(`./test/hosts/node_modules/${name}`, import.meta.url))

/** Run `node test/hosts/prepare.mjs` first: these tests use packages that only that folder has. */
export default defineConfig({
  resolve: {
    // Drizzle is the library's own copy, and there it finds neither of its SQLite drivers.
    alias: [
      { find: /^better-sqlite3$/, replacement: host('better-sqlite3') },
      { find: /^@libsql\/client$/, replacement: host('@libsql/client') },
    ],
  },
  test: {
    include: ['test/hosts/*.test.ts'],
    testTimeout: 60_000,
    server: { deps: { inline: [/drizzle-orm/] } },
  },
})
