import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createRedactor } from '../contracts/index.ts';
import { keptBody, type Call } from './call.ts';
import { openJournal, type JournalOptions, type JournalWriter } from './journal.ts';
import { createTrafficLog } from './traffic-log.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tally-journal-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const redactor = createRedactor('test');

function journal(options: Partial<JournalOptions> = {}): JournalWriter {
  return openJournal({ redactor, version: '0', warn: () => undefined, ...options });
}

const CALL: Call = {
  origin: 'http://127.0.0.1:4010',
  method: 'POST',
  target: '/items',
  headers: {},
  status: 200,
  answerHeaders: [],
  startedAtMs: 0,
  durationMs: 1,
  refused: false,
  apiKeys: [],
};

describe('redaction', () => {
  test('leaves no secret in the journal, the file, the HAR and the log, wherever it stood', async () => {
    const canaries = Array.from({ length: 9 }, (_, number) => `canary-${number}-4f6a1b9c`);
    const [header, key, query, userinfo, cookie, body, answer, setCookie, resolved] = canaries as [
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    const secret = createRedactor('test');
    secret.addSecret(resolved);
    const file = path.join(folder, 'calls.ndjson');
    const harFile = path.join(folder, 'calls.har');
    const said: string[] = [];
    const say = (text: string): void => void said.push(text);
    const log = createTrafficLog(
      { log: { debug: say, info: say, warn: say, progress: say }, redactor: secret },
      'info',
    );
    const kept = openJournal({ redactor: secret, version: '0', file, harFile, warn: say });
    const call: Call = {
      ...CALL,
      target: `http://me:${userinfo}@127.0.0.1/items/${resolved}?k=${key}&access_token=${query}`,
      headers: { authorization: `Bearer ${header}`, 'x-key': key, cookie: `session=${cookie}` },
      body: Buffer.from(`{"password":"${body}"}`),
      answerHeaders: ['Set-Cookie', `session=${setCookie}`, 'Content-Type', 'application/json'],
      answerBody: `{"clientSecret": "${answer}"}`,
      apiKeys: [
        { in: 'header', name: 'x-key' },
        { in: 'query', name: 'k' },
      ],
      client: `CN=${resolved}`,
    };
    for (const each of [call, { ...call, refused: true }, { ...call, status: 0 }]) {
      kept.record(each);
      log.note(each, { reasons: [`body.name is ${resolved}`], warnings: [`callback to ${resolved}`] });
    }
    const shown = JSON.stringify(kept.exchanges);
    log.flush();
    await kept.close();
    const written = [shown, said.join('\n'), await readFile(file, 'utf8'), await readFile(harFile, 'utf8')];
    for (const text of written) expect(text).toContain('REDACTED');
    for (const canary of canaries) {
      const forms = [canary, Buffer.from(canary).toString('base64'), Buffer.from(canary).toString('hex')];
      for (const form of forms) expect(written.filter((text) => text.includes(form))).toEqual([]);
    }
    expect(written[2]?.trimEnd().split('\n')).toHaveLength(3);
  });

  test('finds a secret that lies across the place where a long body is cut', () => {
    const kept = journal();
    const token = 'canary-5e5e'.repeat(30_000);
    const texts = [`{"note":"${'x'.repeat(65_400)}","password":"${token}"}`, `{"password":"${token}","a":1}`];
    for (const text of texts) {
      for (const body of [text, Buffer.from(text), keptBody(Buffer.from(text + ' '.repeat(2 * 1024 * 1024)))]) {
        kept.record({ ...CALL, body });
      }
    }
    for (const { request } of kept.exchanges) {
      expect(request.body).not.toContain('canary-5e');
      expect(request.body).toMatch(/… \(cut, \d+ bytes in all\)$/);
    }
  });
});

describe('memory', () => {
  test('is bounded: the oldest bodies go first, the exchanges stay', () => {
    const kept = journal();
    for (let number = 0; number < 100; number++) {
      kept.record({ ...CALL, target: `/${number}`, body: keptBody(Buffer.alloc(1024 * 1024, 'x')) });
    }
    const bodies = kept.exchanges.map(({ request }) => request.body ?? '');
    expect(bodies).toHaveLength(100);
    expect(bodies[0]).toBe('(1048576 bytes, no longer kept)');
    const whole = bodies.filter((body) => body.startsWith('xxx')).length;
    expect([whole, bodies.slice(-whole).every((body) => body.startsWith('xxx'))]).toEqual([31, true]);
  });

  test('of a ring that has come round is counted anew', () => {
    const kept = journal({ size: 3 });
    for (let number = 0; number < 200; number++) {
      kept.record({ ...CALL, target: `/${number}`, body: keptBody(Buffer.alloc(20 * 1024 * 1024, 'x')) });
      kept.record({ ...CALL, target: `/${number}`, body: 'small' });
    }
    expect(kept.exchanges.map(({ request }) => request.body?.slice(0, 5))).toEqual(['small', 'xxxxx', 'small']);
    expect(kept.counts).toEqual({ requests: 400, refused: 0 });
  });
});

describe('the file', () => {
  test('that can no longer be written is told once, and the mocks serve on', async () => {
    const warned: string[] = [];
    const kept = journal({ file: '/dev/full', warn: (text) => warned.push(text) });
    for (let number = 0; number < 2_500; number++) kept.record(CALL);
    await kept.close();
    expect(warned).toEqual([
      'the journal ends here, /dev/full can no longer be written: no space is left on the device',
    ]);
    expect(kept.counts.requests).toBe(2_500);
  });
});

describe('the log', () => {
  test('says nothing, and looks at nothing, where it is silent', () => {
    const said: string[] = [];
    const say = (text: string): void => void said.push(text);
    const unread = new Proxy(CALL, {
      get: (call, name) => {
        if (name === 'target') throw new Error('it was looked at');
        return Reflect.get(call, name) as unknown;
      },
    });
    const log = createTrafficLog({ log: { debug: say, info: say, warn: say, progress: say }, redactor }, 'silent');
    log.note(unread, {});
    log.note({ ...CALL, refused: true }, { reasons: ['no'] });
    log.warn('malformed');
    log.flush();
    expect([said, log.isRefusalShown]).toEqual([[], false]);
  });

  test('keeps the order, whatever the level, and lets no client move the cursor', () => {
    const said: string[] = [];
    const say = (level: string) => (text: string) => void said.push(`${level} ${text}`);
    const log = createTrafficLog(
      { log: { debug: say('debug'), info: say('info'), warn: say('warn'), progress: say('progress') }, redactor },
      'info',
    );
    log.note({ ...CALL, target: '/a' }, {});
    log.note({ ...CALL, target: '/b\u001b[2J', operationId: 'getB' }, {});
    log.note({ ...CALL, target: '/c', refused: true, status: 404 }, { reasons: ['no path matches'] });
    log.note({ ...CALL, target: '/d', status: 0 }, {});
    log.flush();
    expect(said).toEqual([
      'info POST /a  200  1 ms\nPOST /b·[2J  200  1 ms  getB',
      'warn POST /c  404  1 ms  refused\n  no path matches',
      'info POST /d  ECONNRESET  1 ms',
    ]);
  });
});
