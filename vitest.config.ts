import { defineConfig } from 'vitest/config';

const project = (name: string, timeout: number) => ({
  test: {
    name,
    include: [`tests/${name}/**/*.test.ts`],
    testTimeout: timeout,
    hookTimeout: timeout,
    // Engine tests start processes of their own; two cores do not gain from more at once.
    fileParallelism: name === 'unit',
    setupFiles: name === 'unit' ? [] : ['tests/support/logs_of_failures.ts'],
  },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', 20_000),
      project('path', 240_000),
      project('fault', 240_000),
      project('browser', 180_000),
    ],
  },
});
