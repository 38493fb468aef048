const transform = {
  '^.+\\.ts$': [
    '@swc/jest',
    {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
      module: { type: 'es6' },
      sourceMaps: 'inline',
    },
  ],
}

/** One project per suite, so that each can be run and timed alone: `node scripts/jest.mjs --selectProjects NAME`. */
const suite = (displayName, testMatch, testPathIgnorePatterns = []) => ({
  displayName,
  testEnvironment: 'node',
  rootDir: '.',
  roots: ['<rootDir>/test'],
  testMatch,
  testPathIgnorePatterns: ['/node_modules/', ...testPathIgnorePatterns],
  extensionsToTreatAsEsm: ['.ts'],
  transform,
})

const own = ['conformance', 'simulation', 'crash', 'fuzz', 'chaos', 'security', 'e2e']

export default {
  testTimeout: 30_000, // machines differ: a test that hangs is found all the same
  workerIdleMemoryLimit: '600MB',
  projects: [
    suite(
      'unit',
      ['**/*.test.ts'],
      own.map((name) => `/test/${name}/`),
    ),
    ...own.map((name) => suite(name, [`<rootDir>/test/${name}/**/*.test.ts`])),
  ],
}
