/** The direction of imports (ARCHITECTURE.md): a folder may only import what stands below it. */
const layer = (name, from, forbidden, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: forbidden },
})

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    layer(
      'domain-is-the-bottom',
      '^src/domain',
      '^src/(log|projections|net|cli)',
      'the domain imports nothing of ours',
    ),
    layer('projections-know-the-domain', '^src/projections', '^src/(log|net|cli)', 'views know no log, no sockets'),
    layer('log-knows-the-domain', '^src/log', '^src/(projections|net|cli)', 'the log knows no view and no socket'),
    layer('nothing-imports-cli', '^src/(domain|log|projections|net)', '^src/cli', 'the composition root is the top'),
    {
      name: 'net-takes-types-of-the-log-only',
      severity: 'error',
      from: { path: '^src/net' },
      to: { path: '^src/log', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'pure-code-has-no-node',
      comment: 'domain, projections and the pure machines use no Node built-in',
      severity: 'error',
      from: { path: '^src/(domain|projections|log/raft|log/leader)' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'disk-only-in-disk',
      severity: 'error',
      from: { path: '^src/log', pathNot: '^src/log/store/disk[.]ts$' },
      to: { path: '^(node:)?(fs|fs/promises|path)$' },
    },
    {
      name: 'domain-packages',
      severity: 'error',
      from: { path: '^src/domain' },
      to: { path: 'node_modules', pathNot: 'node_modules/(fp-ts|io-ts)/' },
    },
    {
      name: 'projection-packages',
      severity: 'error',
      from: { path: '^src/projections' },
      to: { path: 'node_modules', pathNot: 'node_modules/(fp-ts|io-ts|sorted-btree|re2js)/' },
    },
    {
      name: 'src-does-not-import-tests',
      severity: 'error',
      from: { path: '^src' },
      to: { path: '^(test|bench|scripts)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
}
