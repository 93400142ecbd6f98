import { defineConfig } from 'vitest/config';

/** `fast` is part of `npm run check`; `worlds` grows whole worlds of real processes, one after the other. `npm test` runs both. */
export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: { name: 'fast', include: ['test/**/*.test.{ts,tsx}'], exclude: ['test/worlds/**'] },
      },
      {
        extends: true,
        test: {
          name: 'worlds',
          include: ['test/worlds/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
