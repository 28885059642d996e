import { fileURLToPath } from 'node:url';
import type { Peer } from './peer.ts';

const MAIN = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));

/** As anybody starts it: with the journal, and a line for each request. */
export const tally: Peer = {
  name: 'tally mock',
  command: ({ document, port }) => [MAIN, 'mock', '-p', String(port), document],
};

export const tallySilent: Peer = {
  name: 'tally mock -v silent',
  command: ({ document, port }) => [MAIN, 'mock', '-v', 'silent', '-p', String(port), document],
};
