import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { jestConfig } from './run-jest.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const require = createRequire(import.meta.url);
const OUR_AGENT = require.resolve('https-proxy-agent');

describe('the configuration that tests of a workspace run with', () => {
  test('brings what the workspace lacks, by absolute path', () => {
    expect(jestConfig(tmpdir())['moduleNameMapper']).toEqual({
      '^https-proxy-agent$': OUR_AGENT,
      '^@pact-foundation/pact$': require.resolve('@pact-foundation/pact'),
      '^nock$': require.resolve('nock'),
      '^tallystick/suites$': `${HERE}pact-with.ts`,
    });
  });

  test('leaves the workspace what it has itself', () => {
    expect(jestConfig(HERE)['moduleNameMapper']).toEqual({
      '^https-proxy-agent$': OUR_AGENT,
      '^tallystick/suites$': `${HERE}pact-with.ts`,
    });
  });

  test('gives Pact an agent that jest can load: version 9 is ESM only', () => {
    const manifest: { type?: string } = JSON.parse(
      readFileSync(OUR_AGENT.replace(/dist\/index\.js$/, 'package.json'), 'utf8'),
    );
    expect(manifest.type).not.toBe('module');
  });
});
