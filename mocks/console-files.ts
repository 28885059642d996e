import { readFile } from 'node:fs/promises';
import type { ConsoleFile } from './control-server.ts';

const FILES: readonly (readonly [path: string, file: string, type: string])[] = [
  ['/', 'index.html', 'text/html; charset=utf-8'],
  ['/console.css', 'console.css', 'text/css; charset=utf-8'],
  ['/icon.svg', 'icon.svg', 'image/svg+xml'],
  ['/control-api.yaml', 'control-api.yaml', 'application/yaml'],
  ...['api', 'console', 'detail', 'dom', 'operations', 'sections', 'traffic', 'try', 'usage'].map(
    (name) => [`/${name}.js`, `${name}.js`, 'text/javascript; charset=utf-8'] as const,
  ),
];

/** The page and all that it needs, by path. */
export async function consoleFiles(): Promise<ReadonlyMap<string, ConsoleFile>> {
  const read = FILES.map(async ([path, file, type]) => {
    const bytes = await readFile(new URL(`./console/${file}`, import.meta.url));
    return [path, { type, bytes }] as const;
  });
  return new Map(await Promise.all(read));
}
