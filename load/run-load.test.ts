import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import hdr from 'hdr-histogram-js';
import { isObject, type Result } from '../contracts/index.ts';
import { after, json, startClinic, type Answer, type ClinicServer } from './fixtures/clinic-server.ts';
import { openClinic, sloOf, type LoadFixture } from './fixtures/load-context.ts';
import { runLoad, type LoadOptions } from './run-load.ts';

let fixture: LoadFixture;
let clinic: ClinicServer;

beforeEach(async () => {
  fixture = await openClinic();
});
afterEach(async () => {
  await clinic.close();
});

async function load(slo: LoadOptions['slo'], options: Partial<LoadOptions> = {}): Promise<void> {
  await runLoad(fixture.context, { contract: fixture.contract, url: clinic.url, slo, ...options });
}

function resultOf(id: string, subject = ''): Result {
  const found = fixture.results.find((result) => result.id === id && result.subject.includes(subject));
  if (found === undefined)
    throw new Error(
      `no result ${id} ${subject} in ${fixture.results.map((result) => `${result.id} ${result.subject}`).join('\n')}`,
    );
  return found;
}

function measureOf(result: Result, name: string): number {
  return result.measures?.find((measure) => measure.name === name)?.value ?? Number.NaN;
}

const BOTH = { listSlots: { weight: 1 }, getSlot: { weight: 3 } };

describe('a load on a target that answers well', () => {
  test('measures each operation by itself and judges its gates', async () => {
    clinic = await startClinic({ 'GET /v1/slots': after(20, json(200, { items: ['s-1'] })) });
    // Whatever its delay, a generator cannot explain a latency below 0 away.
    await load(sloOf(['rate(errors) < 5%', 'listSlots: med > 15', 'listSlots: med < 0', 'p(99.9) < 5000'], {}, BOTH));
    const [slow, quick] = [resultOf('load-operation', 'listSlots'), resultOf('load-operation', 'getSlot')];
    expect([slow.status, quick.status]).toEqual(['passed', 'passed']);
    // A timer may fire a part of a millisecond early.
    expect(measureOf(slow, 'p50')).toBeGreaterThanOrEqual(19);
    expect(measureOf(slow, 'max')).toBeGreaterThanOrEqual(measureOf(slow, 'p99'));
    expect(measureOf(quick, 'p50')).toBeLessThan(measureOf(slow, 'p50'));
    const ratio = measureOf(quick, 'requests') / measureOf(slow, 'requests');
    expect(Math.abs(ratio - 3)).toBeLessThan(0.7);
    expect(
      fixture.results.filter(({ id }) => id === 'load-gate').map(({ subject, status }) => [subject, status]),
    ).toEqual([
      ['clinic 1.2.0 · all operations · rate(errors) < 5%', 'passed'],
      ['clinic 1.2.0 · listSlots · med > 15', 'passed'],
      ['clinic 1.2.0 · listSlots · med < 0', 'failed'],
      ['clinic 1.2.0 · all operations · p(99.9) < 5000', 'inconclusive'],
    ]);
    expect(resultOf('load-gate', 'p(99.9)').reason).toMatch(/^p\(99\.9\) needs 10000 requests, measured were \d+$/);
    expect(resultOf('load-gate', 'med < 0').findings).toEqual([
      {
        code: 'load-gate-missed',
        severity: 'error',
        message: expect.stringMatching(/^listSlots: med < 0 was missed, observed [\d.]+ ms in \d+ requests$/),
        fix: 'make the target faster or its answers right, or agree on another limit',
        expected: 'med < 0',
        actual: expect.any(Number),
        where: { source: 'clinic.yaml', pointer: '', line: 1, column: 1 },
        operationId: 'listSlots',
      },
    ]);
  });

  test('leaves the warm-up out of every figure', async () => {
    const bornAt = Date.now();
    let firstAskedAt = 0;
    // Slow for the first 600 ms of the load, which is all of the warm-up.
    const slots: Answer = (request, response) => {
      if (clinic.asked.get('GET /v1/slots') === 2) firstAskedAt = Date.now();
      const isEarly = firstAskedAt === 0 || Date.now() - firstAskedAt < 600;
      after(isEarly ? 200 : 0, json(200, { items: [] }))(request, response);
    };
    clinic = await startClinic({ 'GET /v1/slots': slots });
    await load(sloOf(['max < 150'], { warmupS: 1 }, { listSlots: { weight: 1 } }));
    const run = resultOf('load-run');
    expect(measureOf(run, 'warm-up requests')).toBeGreaterThan(0);
    expect(measureOf(run, 'p50')).toBeLessThan(150);
    const measured =
      measureOf(run, 'requests') + measureOf(run, 'warm-up requests') + measureOf(run, 'unfinished requests');
    expect(Math.abs((clinic.asked.get('GET /v1/slots') ?? 0) - 1 - measured)).toBeLessThanOrEqual(4);
    expect(measureOf(run, 'measured for')).toBeLessThan(Date.now() - bornAt - 1000);
  });

  test('holds a sample of the answers against the contract', async () => {
    clinic = await startClinic({ 'GET /v1/slots/s-1': json(200, { name: 'nobody asked for it' }) });
    await load(sloOf(['rate(errors) < 5%'], { validateAtMost: 10 }, BOTH));
    const broken = resultOf('load-operation', 'getSlot');
    expect(broken.status).toBe('failed');
    const checked = measureOf(broken, 'answers checked');
    expect(checked > 0 && checked <= 10).toBe(true);
    expect(broken.findings).toEqual([
      {
        code: 'load-response-mismatch',
        severity: 'error',
        message: `getSlot answered 200: the body must have required property 'id' (in ${checked} of ${checked} answers checked)`,
        expected: expect.anything(),
        actual: expect.anything(),
        where: {
          source: 'clinic.yaml',
          pointer: expect.stringContaining('/paths/~1slots~1{slotId}/get/responses/200'),
          line: 32,
          column: expect.any(Number),
        },
        operationId: 'getSlot',
        instancePointer: '',
        exchange: expect.objectContaining({
          operationId: 'getSlot',
          response: expect.objectContaining({ status: 200 }),
        }),
      },
    ]);
    expect(resultOf('load-operation', 'listSlots')).toMatchObject({ status: 'passed', findings: [] });
  });

  test('draws latency and throughput by second, and shows how far it is', async () => {
    clinic = await startClinic();
    await load(sloOf(['rate(errors) < 5%'], { durationS: 2.2, maxRequests: 10_000_000 }));
    const charts = resultOf('load-run').charts ?? [];
    expect(charts.map(({ title, series }) => [title, series.map(({ name, points }) => [name, points.length])])).toEqual(
      [
        [
          'Latency',
          [
            ['p50', 2],
            ['p95', 2],
            ['p99', 2],
          ],
        ],
        ['Throughput', [['all operations', 2]]],
      ],
    );
    expect(fixture.progress.at(0)).toMatch(/^clinic 1\.2\.0 {2}0 of 2\.2 s {2}warming up$/);
    expect(fixture.progress.at(-2)).toMatch(
      /^clinic 1\.2\.0 {2}\d of 2\.2 s {2}\d+ requests\/s {2}p99 [\d.]+ ms {2}0 errors$/,
    );
    expect(fixture.progress.at(-1)).toBe('');
    expect(resultOf('load-health').measures?.map(({ name }) => name)).toEqual([
      'event-loop delay p99',
      'event-loop delay max',
      'cpu',
    ]);
  });

  test('writes a histogram log whose lines add up to what it reports', async () => {
    clinic = await startClinic();
    const outDir = await mkdtemp(path.join(tmpdir(), 'tally-load-'));
    try {
      await load(sloOf(['rate(errors) < 5%']), { outDir });
      const text = await readFile(path.join(outDir, 'load-clinic-1.2.0.hlog'), 'utf8');
      const reader = new hdr.HistogramLogReader(text);
      let n = 0;
      for (let next = reader.nextIntervalHistogram(); next; next = reader.nextIntervalHistogram()) n += next.totalCount;
      expect(n).toBe(measureOf(resultOf('load-run'), 'requests'));
      expect(hdr.listTags(text).toSorted()).toEqual(['getSlot', 'listSlots']);
    } finally {
      await rm(outDir, { recursive: true });
    }
  });

  test('ends when its requests are spent', async () => {
    clinic = await startClinic();
    await load(sloOf(['count <= 40'], { durationS: 60, maxRequests: 40 }));
    expect(resultOf('load-gate').status).toBe('passed');
    expect(measureOf(resultOf('load-run'), 'requests')).toBeGreaterThan(30);
  });

  test('counts no error when the server closes each connection after its answer', async () => {
    clinic = await startClinic({
      'GET /v1/slots': json(200, { items: [] }, { connection: 'close' }),
      'GET /v1/slots/s-1': json(200, { id: 's-1' }, { connection: 'close' }),
    });
    await load(sloOf(['count(errors) <= 0'], {}, { listSlots: { weight: 1 }, getSlot: { weight: 1 } }));
    expect(resultOf('load-gate').status).toBe('passed');
    const [slots, slot] = ['listSlots', 'getSlot'].map((id) => measureOf(resultOf('load-operation', id), 'requests'));
    expect(Math.abs((slots ?? 0) - (slot ?? 0))).toBeLessThanOrEqual(8);
    expect(slots).toBeGreaterThan(10);
  });
});

describe('what is sent', () => {
  test('is every GET with an example, and the result says what is left out', async () => {
    clinic = await startClinic();
    await load(sloOf(['rate(errors) < 5%']));
    expect([...clinic.asked.keys()].toSorted()).toEqual(['GET /v1/slots', 'GET /v1/slots/s-1']);
    expect(resultOf('load-mix')).toMatchObject({
      status: 'passed',
      findings: [
        {
          code: 'load-operations-left-out',
          severity: 'info',
          message: 'not sent: getPatient (the contract gives no example for patientId)',
        },
      ],
    });
  });

  test('writes only when the operation is named, with a fresh idempotency key each time', async () => {
    const keys = new Set<unknown>();
    clinic = await startClinic({
      'POST /v1/bookings': (request, response) => {
        keys.add(request.headers['idempotency-key']);
        json(201, {})(request, response);
      },
    });
    await load(sloOf(['rate(errors) < 5%'], { maxRequests: 50 }, { book: { weight: 1 } }));
    expect(clinic.asked.get('POST /v1/bookings')).toBeGreaterThan(10);
    expect(keys.size).toBe(clinic.asked.get('POST /v1/bookings'));
  });

  test('carries this moment’s credential where the contract asks for one, and only there', async () => {
    const seen = { listSlots: new Set<unknown>(), getSlot: new Set<unknown>() };
    clinic = await startClinic({
      'GET /v1/slots': (request, response) => {
        seen.listSlots.add(request.headers['x-key']);
        json(200, { items: [] })(request, response);
      },
      'GET /v1/slots/s-1': (request, response) => {
        seen.getSlot.add(request.headers['x-key']);
        json(200, { id: 's-1' })(request, response);
      },
    });
    let turn = 0;
    const authorize = async () => ({ 'X-Key': `token-${(turn += 1)}` });
    await load(sloOf(['rate(errors) < 5%'], { durationS: 3 }), { authorize });
    expect([...seen.listSlots]).toEqual([undefined]);
    expect(seen.getSlot.has('token-1')).toBe(true);
    expect(seen.getSlot.size).toBeGreaterThanOrEqual(2);
  });
});

describe('a target that does not answer well', () => {
  test('errors count by kind, undocumented answers as departures too', async () => {
    let turn = 0;
    const slots: Answer = (request, response) => {
      turn += 1;
      if (turn % 4 === 2) json(503, {})(request, response);
      else if (turn % 4 === 3) json(418, {})(request, response);
      else json(200, { items: [] })(request, response);
    };
    clinic = await startClinic({ 'GET /v1/slots': slots });
    await load(sloOf(['rate(errors) < 1%'], { maxRequests: 2000 }, { listSlots: { weight: 1 } }));
    const operation = resultOf('load-operation');
    const n = measureOf(operation, 'requests');
    expect(Math.abs(measureOf(operation, 'errors: 503') - n / 4)).toBeLessThan(5);
    expect(Math.abs(measureOf(operation, 'errors: 418 undocumented') - n / 4)).toBeLessThan(5);
    expect(operation.findings).toMatchObject([
      {
        code: 'load-status-undocumented',
        severity: 'error',
        message: expect.stringMatching(
          /^listSlots answered 418 \d+ times in \d+ requests, which the contract does not document$/,
        ),
        expected: ['200', '503'],
        actual: 418,
        where: { source: 'clinic.yaml', line: 9 },
        exchange: { response: { status: 418 } },
      },
    ]);
    expect(resultOf('load-gate')).toMatchObject({
      status: 'failed',
      findings: [{ code: 'load-gate-missed', message: expect.stringMatching(/observed [45]\d(\.\d+)? % in/) }],
    });
  });

  test('a request that is never answered is a timeout at the time it took', async () => {
    const silent: Answer = (request, response) => {
      if (clinic.asked.get('GET /v1/slots') === 1) json(200, { items: [] })(request, response);
    };
    clinic = await startClinic({ 'GET /v1/slots': silent });
    await load(sloOf(['max >= 900'], { durationS: 2, connections: 2, timeoutMs: 1000 }, { listSlots: { weight: 1 } }));
    expect(measureOf(resultOf('load-operation'), 'errors: timeout')).toBeGreaterThanOrEqual(2);
    expect(resultOf('load-gate').status).toBe('passed');
  });

  test('an answer that is cut off is an error, and what follows it is not', async () => {
    let turn = 0;
    const slots: Answer = (request, response) => {
      turn += 1;
      if (turn % 5 !== 0) return json(200, { items: ['a', 'b'] })(request, response);
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' });
      response.write('{"items":[', () => response.socket?.resetAndDestroy());
    };
    clinic = await startClinic({ 'GET /v1/slots': slots });
    await load(sloOf(['rate(errors) < 1%'], { maxRequests: 500 }, { listSlots: { weight: 1 } }));
    const operation = resultOf('load-operation');
    const n = measureOf(operation, 'requests');
    expect(Math.abs(measureOf(operation, 'errors: connection') - n / 5)).toBeLessThan(6);
    expect(measureOf(operation, 'errors')).toBe(measureOf(operation, 'errors: connection'));
    expect(operation.findings).toEqual([]);
  });

  test('a server that dies ends the run early, and no gate passes', async () => {
    const slots: Answer = (request, response) => {
      if (clinic.asked.get('GET /v1/slots') === 300) void clinic.close();
      json(200, { items: [] })(request, response);
    };
    clinic = await startClinic({ 'GET /v1/slots': slots });
    await load(sloOf(['p(95) < 5000', 'rate(errors) < 1%'], { durationS: 60 }, { listSlots: { weight: 1 } }));
    const run = resultOf('load-run');
    expect(run).toMatchObject({ status: 'failed', findings: [{ code: 'load-target-lost', severity: 'error' }] });
    expect(run.findings[0]?.message).toMatch(/^the target stopped answering after \d+\.\d of 60 s, ECONN/);
    expect(fixture.results.filter(({ id }) => id === 'load-gate').map(({ status }) => status)).toEqual([
      'inconclusive',
      'inconclusive',
    ]);
  });
});

describe('before the load', () => {
  test('a target that is not there ends it with its own exit code', async () => {
    clinic = await startClinic();
    await clinic.close();
    await expect(load(sloOf(['p(95) < 5000']))).rejects.toMatchObject({
      code: 'TARGET_UNREACHED',
      exitCode: 4,
      where: new URL(clinic.url).origin,
      fix: 'start the server, or correct the port',
    });
    expect(fixture.results.map(({ id }) => id)).toEqual(['load-mix']);
  });

  test('an operation that answers its example badly is not put under load', async () => {
    clinic = await startClinic({ 'GET /v1/slots/s-1': json(404, { title: 'no such slot' }) });
    await load(sloOf(['getSlot: p(95) < 5000', 'rate(errors) < 5%'], { maxRequests: 2000 }));
    expect(resultOf('load-probe')).toMatchObject({
      subject: 'clinic 1.2.0 · getSlot',
      status: 'warned',
      findings: [
        {
          code: 'load-probe-failed',
          severity: 'warning',
          message:
            'getSlot was asked once before the load and answered 404, which the contract does not document: GET /v1/slots/s-1',
          fix: 'check that --url holds the path that clinic 1.2.0 is served under, and that the example exists on the target',
          expected: ['200'],
          actual: 404,
          operationId: 'getSlot',
          exchange: { response: { status: 404 } },
        },
      ],
    });
    expect(clinic.asked.get('GET /v1/slots/s-1')).toBe(1);
    expect(resultOf('load-gate', 'getSlot')).toMatchObject({ status: 'inconclusive', reason: 'getSlot was not sent' });
    expect(resultOf('load-gate', 'rate(errors)').status).toBe('passed');
  });

  test('a named operation that answers badly ends it: the rest would be another load', async () => {
    clinic = await startClinic({ 'GET /v1/slots/s-1': json(404, {}) });
    await load(sloOf(['rate(errors) < 5%'], {}, BOTH));
    expect(fixture.results.map(({ id, status }) => [id, status])).toEqual([['load-probe', 'failed']]);
    expect(clinic.asked.get('GET /v1/slots')).toBe(1);
  });

  test('nothing that can be measured is no pass', async () => {
    clinic = await startClinic({ 'GET /v1/slots/s-1': json(404, {}), 'GET /v1/slots': json(503, {}) });
    await load(sloOf(['rate(errors) < 5%']));
    expect(resultOf('load-run').status).toBe('inconclusive');
  });

  test('a host that nobody allowed is left alone', async () => {
    clinic = await startClinic();
    await expect(load(sloOf(['avg < 1']), { url: 'https://api.example.com/v1' })).rejects.toMatchObject({
      code: 'LOAD_HOST_NOT_ALLOWED',
      where: 'api.example.com',
      fix: 'if its owner agreed, say so with --allow-host api.example.com',
    });
  });

  test('an unknown operation is named, with the one that was meant', async () => {
    clinic = await startClinic();
    await expect(load(sloOf(['avg < 1'], {}, { listSlot: { weight: 1 } }))).rejects.toMatchObject({
      code: 'LOAD_OPERATION_UNKNOWN',
      fix: 'did you mean listSlots?',
    });
    await expect(load(sloOf(['getSlots: avg < 1']))).rejects.toMatchObject({ code: 'LOAD_OPERATION_UNKNOWN' });
  });

  test('a named operation without an example cannot be sent', async () => {
    clinic = await startClinic();
    await expect(load(sloOf(['avg < 1'], {}, { getPatient: { weight: 1 } }))).rejects.toMatchObject({
      code: 'LOAD_OPERATION_NOT_SENDABLE',
      why: 'getPatient cannot be sent: the contract gives no example for patientId',
    });
  });
});

test('an interrupted load ends at once and shows what it has', async () => {
  clinic = await startClinic();
  const onProgress = ({ last }: { last?: unknown }): void => {
    if (isObject(last)) fixture.abort.abort();
  };
  await load(sloOf(['p(95) < 5000'], { durationS: 60 }), { onProgress });
  expect(resultOf('load-run')).toMatchObject({
    status: 'inconclusive',
    reason: expect.stringMatching(/^interrupted after \d\.\d of 60 s$/),
  });
  expect(measureOf(resultOf('load-operation', 'listSlots'), 'requests')).toBeGreaterThan(0);
  expect(resultOf('load-gate')).toMatchObject({
    status: 'inconclusive',
    reason: expect.stringMatching(/^interrupted/),
  });
});

test('a generator that cannot do its work is an error of ours, and no gate passes', async () => {
  clinic = await startClinic();
  // Less than the generator takes; an SLO file would be refused before.
  await load(sloOf(['p(95) < 5000'], { timeoutMs: 500 }));
  const run = resultOf('load-run');
  expect(run).toMatchObject({ status: 'errored', error: { code: 'LOAD_GENERATOR_ENDED', exitCode: 3 } });
  expect(run.reason).toContain('timeout must be greater than 0');
  expect(resultOf('load-gate').status).toBe('inconclusive');
});

test('a port that answers no HTTP is not reached', async () => {
  clinic = await startClinic();
  const silent = createServer((socket) => socket.end('SSH-2.0\r\n'));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const address = silent.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  try {
    await expect(load(sloOf(['avg < 1']), { url: `http://127.0.0.1:${port}/v1` })).rejects.toMatchObject({
      code: 'TARGET_UNREACHED',
    });
  } finally {
    silent.close();
  }
});
