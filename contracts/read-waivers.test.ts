import { rm } from 'node:fs/promises';
import { afterAll, describe, expect, test } from '@jest/globals';
import { folderWith } from './fixtures/folder-with.ts';
import { readWaivers } from './read-waivers.ts';

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

async function read(text?: string): Promise<unknown> {
  const folder = await folderWith(text === undefined ? {} : { 'contracts/waivers.yaml': text });
  folders.push(folder);
  return readWaivers(folder);
}

const GOOD = `version: 1
waivers:
  - code: response-property-removed
    place: GET /parcels/{parcelId}
    owner: parcels-team
    reason: checkout has moved on
    expires: 2026-12-31
  - { code: tally-problem-details, place: '**/openapi.yaml', owner: us, reason: later, expires: '2026-11-30', suite: check }
`;

describe('reading the waivers', () => {
  test('takes each with its place in the file', async () => {
    expect(await read(GOOD)).toEqual([
      {
        code: 'response-property-removed',
        place: 'GET /parcels/{parcelId}',
        owner: 'parcels-team',
        reason: 'checkout has moved on',
        expires: '2026-12-31',
        where: { source: 'contracts/waivers.yaml', pointer: '/waivers/0', line: 3, column: 5 },
      },
      {
        code: 'tally-problem-details',
        place: '**/openapi.yaml',
        owner: 'us',
        reason: 'later',
        expires: '2026-11-30',
        suite: 'check',
        where: { source: 'contracts/waivers.yaml', pointer: '/waivers/1', line: 8, column: 5 },
      },
    ]);
  });

  test.each([
    ['there is no file', undefined],
    ['the list is empty', 'version: 1\nwaivers: []\n'],
    ['nothing follows "waivers"', 'version: 1\nwaivers:\n'],
  ])('finds none where %s', async (_, text) => {
    expect(await read(text)).toEqual([]);
  });

  test('names the line of every mistake, with near misses', async () => {
    const bad = GOOD.replace('owner: parcels-team', 'ownr: parcels-team')
      .replace('2026-12-31', '2026-02-30')
      .replace('suite: check', 'suite: chek');
    await expect(read(bad)).rejects.toMatchObject({
      code: 'WAIVERS_INVALID',
      where: 'contracts/waivers.yaml:3:5',
      why: [
        'item 1 of "waivers" needs "owner"',
        'contracts/waivers.yaml:5:5 item 1 of "waivers" has no key "ownr"',
        'contracts/waivers.yaml:7:14 "2026-02-30" is no day',
        'contracts/waivers.yaml:8:118 "suite" must be one of check, diff, connectivity, consumer, provider, conformance, failure-modes, files, webhooks, mock, load',
      ].join('\n       '),
      fix: 'add "owner: …"; did you mean "owner"?; write it as YYYY-MM-DD: 2026-12-31; did you mean "check"?',
    });
  });

  test('says where the file is no YAML', async () => {
    await expect(read('version: 1\nwaivers: [\n')).rejects.toMatchObject({
      code: 'WAIVERS_UNREADABLE',
      where: 'contracts/waivers.yaml:3:1',
      why: expect.stringMatching(/^this is no YAML: /),
      fix: 'correct the file at this place',
    });
  });

  test('refuses an alias bomb', async () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c]\n`;
    await expect(read(bomb)).rejects.toMatchObject({ code: 'WAIVERS_UNREADABLE', where: 'contracts/waivers.yaml' });
  });

  test('the reference workspace has none, in a file that is valid', async () => {
    expect(await readWaivers(new URL('..', import.meta.url).pathname)).toEqual([]);
  });
});
