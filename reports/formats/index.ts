import type { Format } from '../format.ts';
import { github } from './github.ts';
import { html } from './html.ts';
import { json } from './json.ts';
import { junit } from './junit.ts';
import { markdown } from './markdown.ts';
import { sarif } from './sarif.ts';
import { text } from './text.ts';

/** Every format, sorted by id. */
export const formats: readonly Format[] = [github, html, json, junit, markdown, sarif, text];
