import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Tests that need a Docker engine; without one they say what they leave out. */
const onDocker = ['test/**/docker/**/*.test.ts', 'test/**/*.docker.test.ts', 'test/worlds/docker*.test.ts'];

const cores = availableParallelism();

/** A world has thirty parts, and waits more than it works: two at a time are what two cores carry, and four are enough. */
const worldsAtOnce = Math.min(Math.max(cores, 2), 4);

/** Many of these wait for processes and clocks: one more than there are cores leaves none of them idle. */
const fastAtOnce = cores + 1;

/** What measures times under a load that is fixed has the machine for itself: on a slow one, two such worlds are too many. */
const underLoad = ['kill-cell', 'supervisor-killed', 'scenarios', 'run-scenario'].map(
  (name) => `test/worlds/${name}.test.ts`,
);

/**
 * `fast` is part of `npm run check`; `worlds` grows whole worlds of real processes, `worlds-under-load` measures some of them,
 * `docker` works on a real engine. `npm test` runs them all, one project after the other.
 */
export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['test/worlds/**', ...onDocker],
          maxWorkers: fastAtOnce,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'worlds',
          include: ['test/worlds/**/*.test.ts'],
          exclude: [...onDocker, ...underLoad],
          maxWorkers: worldsAtOnce,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'worlds-under-load',
          include: underLoad,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'docker',
          include: onDocker,
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
