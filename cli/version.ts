import { readFileSync } from 'node:fs';

/** The version of the package that this file belongs to: two folders up when compiled, one from the source. */
export function readVersion(): string {
  const here = import.meta.url.endsWith('.ts') ? '../package.json' : '../../package.json';
  const manifest: unknown = JSON.parse(readFileSync(new URL(here, import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : '0';
}
