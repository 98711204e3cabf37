import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Native add-ons (sharp, ONNX Runtime, libsql) belong in processes, not in threads.
    pool: 'forks',
    // All cores: left to itself it would spare one, which is half of a small machine.
    maxWorkers: availableParallelism(),
    globalSetup: 'test/support/postgres-server.ts',
    // Several files start whole services at once on few cores.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
})
