import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Peer } from './peer.ts';

/**
 * Mockoon's command, which answers from a contract and does not validate. It is no dependency of ours: install
 * `@mockoon/cli` into a folder of its own and name that folder.
 */
export function mockoonIn(folder: string): Peer | undefined {
  const main = path.join(folder, 'node_modules/@mockoon/cli/bin/run.js');
  if (!existsSync(main)) return undefined;
  return {
    name: 'mockoon-cli start',
    command: ({ document, port }) => [
      main,
      'start',
      '--data',
      document,
      '--port',
      String(port),
      '--disable-log-to-file',
    ],
    scenarios: ['get', 'post'],
  };
}
