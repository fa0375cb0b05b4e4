import { defineConfig } from 'vitest/config'
import main from './vitest.config'

/** What happens on real servers, with many processes, cut lines and kills. One file at a time: they fight for the CPU. */
export default defineConfig({
  ...main,
  test: { ...main.test, include: ['test/servers/**/*.test.ts'], exclude: [], fileParallelism: false },
})
