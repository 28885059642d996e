import type { Fault } from '../fault.ts';
import { badChunk } from './bad-chunk.ts';
import { empty } from './empty.ts';
import { latency } from './latency.ts';
import { rateLimited } from './rate-limited.ts';
import { resetPeer } from './reset-peer.ts';

/** Every fault, sorted by id: one file each. */
export const faults: readonly Fault[] = [badChunk, empty, latency, rateLimited, resetPeer];
