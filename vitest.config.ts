import { defineConfig } from 'vitest/config';

/** Tests that need a Docker engine; without one they say what they leave out. */
const onDocker = ['test/**/docker/**/*.test.ts', 'test/**/*.docker.test.ts', 'test/worlds/docker*.test.ts'];

/**
 * `fast` is part of `npm run check`; `worlds` grows whole worlds of real processes, `docker` works on a real engine, both one
 * after the other. `npm test` runs them all.
 */
export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: { name: 'fast', include: ['test/**/*.test.{ts,tsx}'], exclude: ['test/worlds/**', ...onDocker] },
      },
      {
        extends: true,
        test: {
          name: 'worlds',
          include: ['test/worlds/**/*.test.ts'],
          exclude: onDocker,
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'docker',
          include: onDocker,
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
