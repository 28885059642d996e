import { canonicalJson } from './canonical-json.ts';
import { compareOptional } from './compare-optional.ts';
import { difference } from './difference.ts';
import { isObject, type Json } from './json.ts';
import { pointerOf, type NoteName } from './schema-form.ts';
import type { Comparer, Comparison, Difference, Effect, Forms } from './schema-difference.ts';

/** Keywords that say more about a value than which is let through. */
export function compareNotes(comparer: Comparer, forms: Forms, found: Comparison): void {
  compareDefault(forms, found);
  compareDeprecated(forms, found);
  compareDiscriminator(forms, found);
  compareXml(forms, found);
  compareExtensible(forms, found);
  for (const name of ['contentMediaType', 'contentEncoding'] as const) compareContent(forms, name, found);
  const named = { code: 'content-schema' as const, what: 'a schema of its content', about: 'its decoded content' };
  compareOptional(comparer, forms, forms.base.contentSchema, forms.revision.contentSchema, named, found);
}

interface Notes {
  readonly before: Json | undefined;
  readonly after: Json | undefined;
  readonly pointers: { readonly basePointer: string | undefined; readonly revisionPointer: string | undefined };
}

/** Both sides of a note, or undefined where they say the same. */
function changed(forms: Forms, name: NoteName): Notes | undefined {
  const [base, revision] = [forms.base.notes.get(name), forms.revision.notes.get(name)];
  const [before, after] = [base?.value, revision?.value];
  if (
    before === after ||
    (before !== undefined && after !== undefined && canonicalJson(before) === canonicalJson(after))
  )
    return undefined;
  const pointers = {
    basePointer: base?.pointer ?? pointerOf(forms.pair.base),
    revisionPointer: revision?.pointer ?? pointerOf(forms.pair.revision),
  };
  return { before, after, pointers };
}

function verbOf({ before, after }: Notes): 'added' | 'removed' | 'changed' {
  if (before === undefined) return 'added';
  return after === undefined ? 'removed' : 'changed';
}

/**
 * Who leaves a value out gets what the default says, so another one may break. Of a whole parameter the rule for these
 * judges harder. A response's default is the server's business.
 */
function compareDefault(forms: Forms, found: Comparison): void {
  const notes = changed(forms, 'default');
  if (notes === undefined) return;
  const verb = verbOf(notes);
  const [before, after] = [JSON.stringify(notes.before), JSON.stringify(notes.after)];
  const sentence = (subject: string): string => {
    if (verb === 'added') return `${subject} now defaults to ${after}`;
    return verb === 'removed'
      ? `${subject} no longer defaults to ${before}`
      : `the default of ${subject} changed from ${before} to ${after}`;
  };
  found.differences.push(
    difference(`default-${verb}`, 'nothing', sentence, {
      request: verb === 'added' ? 'info' : 'warning',
      fix: 'keep what happens to those who leave it out',
      ...sides(notes),
    }),
  );
}

function sides({ before, after, pointers }: Notes): Partial<Difference> {
  return {
    ...(before === undefined ? {} : { expected: before }),
    ...(after === undefined ? {} : { actual: after }),
    ...pointers,
  };
}

function compareDeprecated(forms: Forms, found: Comparison): void {
  const notes = changed(forms, 'deprecated');
  if (notes === undefined) return;
  const isDeprecated = notes.after === true;
  found.differences.push(
    difference(
      isDeprecated ? 'became-deprecated' : 'no-longer-deprecated',
      'nothing',
      (subject) => `${subject} ${isDeprecated ? 'became' : 'is no longer'} deprecated`,
      notes.pointers,
    ),
  );
}

/** Validators look past it, generated clients do not: what they are told to read elsewhere may break them. */
function compareDiscriminator(forms: Forms, found: Comparison): void {
  const notes = changed(forms, 'discriminator');
  if (notes === undefined) return;
  const [before, after] = [partsOf(notes.before), partsOf(notes.after)];
  const verb = verbOf(notes);
  if (verb !== 'changed' || before.name !== after.name) {
    const sentence = (subject: string): string =>
      verb === 'added'
        ? `the kind of ${subject} is now told by '${after.name}'`
        : `the kind of ${subject} is no longer told by '${before.name}'${verb === 'changed' ? ` but by '${after.name}'` : ''}`;
    const severity = verb === 'added' ? 'info' : 'warning';
    found.differences.push(
      difference(`discriminator-${verb}`, 'nothing', sentence, {
        request: severity,
        response: severity,
        ...sides(notes),
      }),
    );
    return;
  }
  compareMapping(before.mapping, after.mapping, notes, found);
}

function partsOf(value: Json | undefined): { readonly name: string; readonly mapping: ReadonlyMap<string, string> } {
  const parts = isObject(value) ? value : {};
  const mapping = isObject(parts['mapping']) ? parts['mapping'] : {};
  const names = Object.entries(mapping).map(([key, target]) => [key, textOf(target).split('/').at(-1) ?? ''] as const);
  return { name: textOf(parts['propertyName']), mapping: new Map(names) };
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function compareMapping(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  notes: Notes,
  found: Comparison,
): void {
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const [old, now] = [before.get(name), after.get(name)];
    if (old === now) continue;
    const verb = old === undefined ? 'added' : now === undefined ? 'removed' : 'changed';
    const severity = verb === 'added' ? 'info' : 'warning';
    found.differences.push(
      difference(
        `discriminator-mapping-${verb}`,
        'nothing',
        (subject) =>
          `the kind '${name}' of ${subject} was ${verb}${verb === 'changed' ? ` from '${old}' to '${now}'` : ''}`,
        { request: severity, response: severity, ...notes.pointers },
      ),
    );
  }
}

/** How a value is written in XML; JSON does not care, and it is not known here which of the two is meant. */
function compareXml(forms: Forms, found: Comparison): void {
  const notes = changed(forms, 'xml');
  if (notes === undefined) return;
  const sentence = (subject: string): string => `how ${subject} is written in XML changed`;
  found.differences.push(
    difference('xml-changed', 'nothing', sentence, { request: 'warning', response: 'warning', ...sides(notes) }),
  );
}

/** A list that is open by promise: clients expect new values, servers keep accepting the old ones. */
function compareExtensible(forms: Forms, found: Comparison): void {
  const notes = changed(forms, 'x-extensible-enum');
  if (notes === undefined) return;
  const [before, after] = [textsOf(notes.before), textsOf(notes.after)];
  const removed = [...before].filter((value) => !after.has(value));
  const added = [...after].filter((value) => !before.has(value));
  const { pointers } = notes;
  if (removed.length > 0 && notes.after !== undefined)
    found.differences.push(
      difference(
        'extensible-enum-value-removed',
        'nothing',
        (subject) => `${subject} may no longer be ${removed.join(', ')}`,
        {
          request: 'error',
          fix: 'keep the value until a new major version',
          ...pointers,
        },
      ),
    );
  if (added.length > 0)
    found.differences.push(
      difference(
        'extensible-enum-value-added',
        'nothing',
        (subject) => `${subject} may now be ${added.join(', ')}`,
        pointers,
      ),
    );
}

function textsOf(value: Json | undefined): ReadonlySet<string> {
  return new Set(Array.isArray(value) ? value.map((each: Json) => JSON.stringify(each)) : []);
}

/** Text in another encoding or of another media type is another text to who reads it. */
function compareContent(forms: Forms, name: 'contentMediaType' | 'contentEncoding', found: Comparison): void {
  const notes = changed(forms, name);
  if (notes === undefined) return;
  const verb = verbOf(notes);
  const what = name === 'contentMediaType' ? 'media type' : 'encoding';
  const sentence = (subject: string): string =>
    verb === 'changed'
      ? `the ${what} of the content of ${subject} changed from ${JSON.stringify(notes.before)} to ${JSON.stringify(notes.after)}`
      : `the ${what} of the content of ${subject} is ${verb === 'added' ? 'now' : 'no longer'} ${JSON.stringify(notes.after ?? notes.before)}`;
  const code = name === 'contentMediaType' ? 'content-media-type' : 'content-encoding';
  found.differences.push(difference(`${code}-${verb}`, contentEffect(notes), sentence, sides(notes)));
}

/** `application/octet-stream` is content of any type. */
function contentEffect({ before, after }: Notes): Effect {
  if (before === undefined || (after !== undefined && before === ANY_CONTENT)) return 'narrows';
  return after === undefined || after === ANY_CONTENT ? 'widens' : 'changes';
}

const ANY_CONTENT = 'application/octet-stream';
