// Data flows one way through the folders; each may import only what is listed for it.
const allowed = {
  platform: [],
  warehouse: ['platform'],
  etl: ['warehouse', 'platform'],
  reports: ['warehouse', 'platform'],
  workers: ['etl', 'warehouse', 'reports', 'platform'],
  api: ['warehouse', 'platform'],
  demo: ['warehouse', 'platform'],
  cli: ['api', 'demo', 'etl', 'platform', 'reports', 'warehouse', 'workers'],
};
const folders = [...Object.keys(allowed), 'tests'];
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    ...Object.entries(allowed).map(([folder, may]) => ({
      name: `${folder}-imports`,
      severity: 'error',
      comment: `${folder} may import ${may.join(', ') || 'nothing of ours'}`,
      from: { path: `^${folder}/` },
      to: { path: `^(${folders.filter((other) => other !== folder && !may.includes(other)).join('|')})/` },
    })),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.mjs', '.js'] },
  },
};
