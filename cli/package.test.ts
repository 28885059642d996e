import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ENV = { ...process.env, NODE_OPTIONS: '' };

let base: string;
let packed: readonly string[];

/** Packs what is built, installs it into an empty folder as a stranger would, without our lockfile and overrides. */
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'tally-package-'));
  const [pack]: readonly { filename: string; files: readonly { path: string }[] }[] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', base], {
      cwd: ROOT,
      env: ENV,
      encoding: 'utf8',
    }),
  );
  packed = pack?.files.map(({ path }) => path) ?? [];
  mkdirSync(join(base, 'app'));
  writeFileSync(join(base, 'app/package.json'), '{"private": true}\n');
  const install = [
    'install',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    '--ignore-scripts',
    join(base, pack?.filename ?? ''),
  ];
  execFileSync('npm', install, { cwd: join(base, 'app'), env: ENV, stdio: 'pipe' });
}, 300_000);

afterAll(() => {
  rmSync(base, { recursive: true, force: true });
});

describe('the packed and installed package', () => {
  test('holds what it needs and neither tests nor the reference integration', () => {
    expect(packed).toEqual(
      expect.arrayContaining(['package.json', 'LICENSE', 'README.md', 'dist/cli/main.js', 'dist/contracts/index.d.ts']),
    );
    expect(
      packed.filter((path) => /\.test\.(js|d\.ts)$|providers\/parcels|consumers\/checkout|reports\/out/.test(path)),
    ).toEqual([]);
  });

  test('lays out a workspace in an empty folder that passes at once', () => {
    const folder = join(base, 'app/workspace');
    mkdirSync(folder);
    const tally = join(base, 'app/node_modules/.bin/tally');
    const init = spawnSync(tally, ['init'], { cwd: folder, env: ENV, encoding: 'utf8' });
    expect(init).toMatchObject({ status: 0, stderr: '' });
    const run = spawnSync(tally, ['run'], { cwd: folder, env: ENV, encoding: 'utf8' });
    expect({ status: run.status, stdout: run.stdout, stderr: run.stderr }).toMatchObject({ status: 0 });
    const report: { verdict: string; results: readonly { suite: string; status: string }[] } = JSON.parse(
      readFileSync(join(folder, 'reports/out/report.json'), 'utf8'),
    );
    expect(report.verdict).toBe('kept');
    const passed = report.results.filter(({ status }) => status === 'passed').map(({ suite }) => suite);
    expect(passed).toEqual(
      expect.arrayContaining(['check', 'mock', 'connectivity', 'consumer', 'provider', 'conformance', 'load']),
    );
    expect(existsSync(join(folder, 'reports/out/index.html'))).toBe(true);
  }, 180_000);

  test('gives each room to a program that imports it', () => {
    const rooms = ['contracts', 'mocks', 'suites', 'load', 'reports'];
    const program = rooms
      .map((room) => `console.log('${room}', Object.keys(await import('tallystick/${room}')).length > 0);`)
      .join('\n');
    writeFileSync(join(base, 'app/rooms.mjs'), program);
    const stdout = execFileSync(process.execPath, ['rooms.mjs'], {
      cwd: join(base, 'app'),
      env: ENV,
      encoding: 'utf8',
    });
    expect(stdout).toBe(rooms.map((room) => `${room} true\n`).join(''));
  });
});
