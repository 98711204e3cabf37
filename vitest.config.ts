import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/**
 * These replace modules for everybody in their process, or look at its memory: each has one to itself. All others share processes, which
 * loads what they import once; they leave nothing behind there, the environment and the clock included.
 */
const ALONE = [
  'test/auth/forged.test.ts',
  'test/engine/candidates.test.ts',
  'test/fuzz/*.test.ts',
  'test/image/decode.test.ts',
  'test/ops/early-collector.test.ts',
  'test/packs/networks.test.ts',
  'test/worker/isolation.test.ts',
]

export default defineConfig({
  test: {
    // Native add-ons (sharp, ONNX Runtime, libsql) belong in processes, not in threads.
    pool: 'forks',
    // One more than cores: many tests wait, for a process that starts, a deadline or a database, and another one works meanwhile.
    maxWorkers: availableParallelism() + 1,
    // Several files start whole services at once on few cores.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      { extends: true, test: { name: 'alone', include: ALONE } },
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: ALONE,
          isolate: false,
          // What is alone needs no database.
          globalSetup: 'test/support/postgres-server.ts',
        },
      },
    ],
  },
})
