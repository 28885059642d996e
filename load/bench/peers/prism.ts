import { createRequire } from 'node:module';
import type { Peer } from './peer.ts';

const MAIN = createRequire(import.meta.url).resolve('@stoplight/prism-cli/dist/index.js');

export const prism: Peer = {
  name: 'prism mock',
  command: ({ document, port }) => [MAIN, 'mock', '-p', String(port), document],
};

export const prismSilent: Peer = {
  name: 'prism mock -v silent',
  command: ({ document, port }) => [MAIN, 'mock', '-v', 'silent', '-p', String(port), document],
};
