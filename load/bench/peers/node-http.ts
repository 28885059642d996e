import { fileURLToPath } from 'node:url';
import type { Peer } from './peer.ts';

const MAIN = fileURLToPath(new URL('node-http-process.ts', import.meta.url));

/** The least that an answer can cost: no contract, the same bytes. */
export const nodeHttp: Peer = {
  name: 'bare node:http',
  command: ({ port, answerFile }) => ['--import', 'tsx', MAIN, String(port), answerFile],
};
