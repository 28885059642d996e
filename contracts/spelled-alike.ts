import type { Forms } from './schema-difference.ts';
import type { Form, NoteName } from './schema-form.ts';

/** What 3.0 says with a format, in the words of 3.1: OpenAPI 3.1 §4.4.1.2. */
const SPELLINGS: readonly (readonly [format: string, note: NoteName, value: string])[] = [
  ['byte', 'contentEncoding', 'base64'],
  ['base64', 'contentEncoding', 'base64'],
  ['base64url', 'contentEncoding', 'base64url'],
  ['binary', 'contentMediaType', 'application/octet-stream'],
];

/** Both sides in the words of 3.1, where only one of them uses these; else each as it is, so that nobody is corrected. */
export function spelledAlike(forms: Forms): Forms {
  const { pair } = forms;
  const base = spelledLike(forms.base, forms.revision);
  const revision = spelledLike(forms.revision, forms.base);
  return { base, revision, pair };
}

function spelledLike(form: Form, other: Form): Form {
  if (form.formats.size === 0 || other.notes.size === 0) return form;
  let spelled = form;
  for (const [format, note, value] of SPELLINGS) {
    const pointer = form.formats.get(format);
    if (pointer === undefined || other.formats.has(format) || !other.notes.has(note) || form.notes.has(note)) continue;
    const formats = new Map([...spelled.formats].filter(([name]) => name !== format));
    spelled = { ...spelled, formats, notes: new Map([...spelled.notes, [note, { value, pointer }]]) };
  }
  return spelled;
}
