import { fileURLToPath } from 'node:url';
import type { Peer } from './peer.ts';

const MAIN = fileURLToPath(new URL('fastify-process.ts', import.meta.url));

/** A server that somebody wrote for these two operations: it validates, and answers with a constant. */
export const fastify: Peer = {
  name: 'fastify, validating',
  command: ({ port, answerFile }) => ['--import', 'tsx', MAIN, String(port), answerFile],
  scenarios: ['get', 'post', 'invalid'],
};
