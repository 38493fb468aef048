import tseslint from 'typescript-eslint'

/** Names that pure code must not touch: time, randomness and I/O are arguments there. */
const ambient = [
  'process',
  'console',
  'fetch',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'clearImmediate',
  'queueMicrotask',
  'performance',
  'crypto',
  'Buffer',
]
const clockAndChance = [
  { object: 'Date', property: 'now', message: 'Time is an argument here.' },
  { object: 'Math', property: 'random', message: 'Randomness is an argument here.' },
]
const newDate = {
  selector: "NewExpression[callee.name='Date'][arguments.length=0]",
  message: 'Time is an argument here.',
}
const noThrow = {
  selector: 'ThrowStatement',
  message: 'Return an Either; a broken invariant goes through invariant().',
}

export default tseslint.config(
  { ignores: ['build', 'dist', 'node_modules', 'coverage', 'bench/results', 'test/golden'] },
  {
    files: ['src/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-type-parameters': 'off', // codecs name their result type once, on purpose
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      'no-restricted-imports': [
        'error',
        {
          paths: [{ name: 'fp-ts', message: 'Import fp-ts/lib/Module.js: the root loads everything.' }],
          patterns: [
            { regex: '^(fp-ts|io-ts)/(?!lib/[A-Za-z]+\\.js$)', message: 'Only lib/Module.js resolves in Node.' },
          ],
        },
      ],
    },
  },
  {
    files: ['src/domain/**/*.ts', 'src/projections/**/*.ts', 'src/log/raft/**/*.ts', 'src/log/leader/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...ambient],
      'no-restricted-properties': ['error', ...clockAndChance],
      'no-restricted-syntax': ['error', newDate, noThrow],
    },
  },
  {
    files: ['src/domain/invariant.ts'],
    rules: { 'no-restricted-syntax': 'off' }, // the one place that throws: a broken invariant ends the process
  },
  {
    files: ['src/log/**/*.ts'],
    ignores: ['src/log/store/disk.ts', 'src/log/driver/clock.ts', 'src/log/raft/**', 'src/log/leader/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        'fetch',
        'setTimeout',
        'setInterval',
        'setImmediate',
        'performance',
        'process',
      ],
      'no-restricted-properties': ['error', ...clockAndChance],
      'no-restricted-syntax': ['error', newDate],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off', // a describe block is one function
      '@typescript-eslint/no-non-null-assertion': 'off', // a test that meets undefined fails, which is what it is for
    },
  },
)
