import type { Format } from '../format.ts';
import { json } from './json.ts';
import { text } from './text.ts';

/** Every format, sorted by id. */
export const formats: readonly Format[] = [json, text];
