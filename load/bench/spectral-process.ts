/** Bare Spectral with one ruleset, as its own command runs it: read, parse, lint, count. */
import * as fs from 'node:fs';
import spectralCore from '@stoplight/spectral-core';
import spectralParsers from '@stoplight/spectral-parsers';
import bundler from '@stoplight/spectral-ruleset-bundler/with-loader';

const [file = '', ruleset = ''] = process.argv.slice(2);
const spectral = new spectralCore.Spectral();
spectral.setRuleset(await bundler.bundleAndLoadRuleset(ruleset, { fs, fetch }));
const text = fs.readFileSync(file, 'utf8');
const found = await spectral.run(new spectralCore.Document(text, spectralParsers.Json, file));
process.stdout.write(`${found.length} findings\n`);
