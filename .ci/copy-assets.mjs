// The compiler emits only what it compiles: schemas, rulesets, style sheets and templates go into dist/ from here.
import { chmodSync, cpSync, existsSync, statSync } from 'node:fs';

const FOLDERS = [
  'contracts/schemas',
  'contracts/rulesets',
  'reports/formats',
  'reports/schemas',
  'cli/templates',
  'docs/templates',
  'mocks/console',
];

for (const folder of FOLDERS) {
  if (!existsSync(folder)) continue;
  const isTemplate = folder.endsWith('templates');
  cpSync(folder, `dist/${folder}`, {
    recursive: true,
    // Templates are data whatever they are written in; elsewhere the compiler has dealt with TypeScript.
    filter: (path) => isTemplate || statSync(path).isDirectory() || !path.endsWith('.ts'),
  });
}
chmodSync('dist/cli/main.js', 0o755);
