import { afterEach, beforeEach, expect, jest } from '@jest/globals';
import nock from 'nock';
import { CARRIER } from './test-world.ts';

/**
 * nock in the carrier's place: it stands in for the global `fetch` (and node:http), which is what the client uses. It
 * would not see an undici that is installed as a package. No request gets past it.
 */
export function useNock(): void {
  beforeEach(() => {
    nock.disableNetConnect();
  });
  afterEach(() => {
    const unused = nock.pendingMocks();
    nock.abortPendingRequests();
    nock.cleanAll();
    nock.enableNetConnect();
    jest.useRealTimers();
    // A test that prepared an answer which nobody asked for proved less than it says.
    expect(unused).toEqual([]);
  });
}

export function carrier(): nock.Scope {
  return nock(CARRIER);
}

/** Gives `count` tokens, `test-token-1` first. */
export function tokens(count = 1, lifetimeS = 3600): void {
  for (let number = 1; number <= count; number += 1) {
    const token = { access_token: `test-token-${number}`, token_type: 'Bearer', expires_in: lifetimeS };
    carrier().post('/oauth/token').reply(200, token);
  }
}

export const PROBLEM_JSON = { 'content-type': 'application/problem+json' };

export function problem(type: string, status: number): Record<string, unknown> {
  return { type: `https://parcels.example/problems/${type}`, title: type, status, detail: `It is ${type}.` };
}
