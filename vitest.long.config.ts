import { defineConfig } from 'vitest/config'
import main from './vitest.config'

/** What takes minutes: `npm run test:long`. */
export default defineConfig({
  ...main,
  test: { ...main.test, include: ['test/long/**/*.test.ts'], exclude: [] },
})
