/** Bare Spectral with its own ruleset for OpenAPI, as its command runs it: read, parse, lint, count. */
import * as fs from 'node:fs';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import spectralCore from '@stoplight/spectral-core';
import spectralParsers from '@stoplight/spectral-parsers';
import bundler from '@stoplight/spectral-ruleset-bundler/with-loader';

const file = process.argv[2] ?? '';
const folder = mkdtempSync(path.join(tmpdir(), 'spectral-'));
try {
  const ruleset = path.join(folder, '.spectral.yaml');
  writeFileSync(ruleset, 'extends: spectral:oas\n');
  const spectral = new spectralCore.Spectral();
  spectral.setRuleset(await bundler.bundleAndLoadRuleset(ruleset, { fs, fetch }));
  const found = await spectral.run(new spectralCore.Document(readFileSync(file, 'utf8'), spectralParsers.Json, file));
  process.stdout.write(`${found.length} findings\n`);
} finally {
  rmSync(folder, { recursive: true });
}
