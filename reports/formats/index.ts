import type { Format } from '../format.ts';
import { html } from './html.ts';
import { json } from './json.ts';
import { junit } from './junit.ts';
import { markdown } from './markdown.ts';
import { text } from './text.ts';

/** Every format, sorted by id. */
export const formats: readonly Format[] = [html, json, junit, markdown, text];
