import { difference } from './difference.ts';
import { escapePointer } from './json-pointer.ts';
import { effectiveProperty, namedPatterns, namedProperties, otherProperties } from './object-parts.ts';
import { formOf } from './read-schema.ts';
import { acceptsAnything, acceptsNothing, ofTypes, pointerOf, type Form } from './schema-form.ts';
import { effectOf, type Comparer, type Comparison, type Difference, type Forms } from './schema-difference.ts';

/** Properties, the names they may have, and which must be there. */
export function compareObjects(comparer: Comparer, forms: Forms, found: Comparison): void {
  const { base, revision } = forms;
  const named = { base: namedProperties(base), revision: namedProperties(revision) };
  const names = new Set([...named.base, ...named.revision, ...base.required.keys(), ...revision.required.keys()]);
  for (const name of names) compareProperty(comparer, forms, named, name, found);
  compareOthers(comparer, forms, found);
  comparePatternProperties(comparer, forms, found);
  comparePropertyNames(forms, found);
  compareDependentRequired(forms, found);
}

/** How one side speaks of a property. */
interface Property {
  readonly isNamed: boolean;
  readonly isRequired: boolean;
  /** Read-only in a request, write-only in a response: it does not travel this way. */
  readonly isHidden: boolean;
  readonly schema: readonly string[];
  /** Of the property, or of its name in `required`. */
  readonly pointer: string | undefined;
  readonly requiredPointer: string | undefined;
}

function propertyOf(comparer: Comparer, side: 'base' | 'revision', form: Form, named: Names, name: string): Property {
  const isNamed = named.has(name);
  const schema = effectiveProperty(form, name);
  const own = isNamed ? formOf(comparer[side], schema) : undefined;
  const isHidden = own?.notes.get(comparer.direction === 'request' ? 'readOnly' : 'writeOnly')?.value === true;
  return {
    // A property that is forbidden is as good as not there.
    isNamed: isNamed && !(own !== undefined && acceptsNothing(own)),
    isRequired: form.required.has(name) && !isHidden,
    isHidden,
    schema,
    pointer: isNamed ? pointerOf(schema) : undefined,
    requiredPointer: form.required.get(name),
  };
}

type Names = ReadonlySet<string>;

function compareProperty(
  comparer: Comparer,
  forms: Forms,
  named: { readonly base: Names; readonly revision: Names },
  name: string,
  found: Comparison,
): void {
  if (isUnchanged(comparer, forms, named, name)) return;
  const before = propertyOf(comparer, 'base', forms.base, named.base, name);
  const after = propertyOf(comparer, 'revision', forms.revision, named.revision, name);
  if (before.isHidden && after.isHidden) return;
  const sides: Sides = { comparer, forms, name, before, after, found };
  if (before.isHidden !== after.isHidden && (before.isNamed || before.isHidden) && (after.isNamed || after.isHidden))
    return compareVisibility(sides);
  if (before.isHidden || after.isHidden) return;
  if (before.isNamed && !after.isNamed) return propertyRemoved(sides);
  if (!before.isNamed && after.isNamed) return propertyAdded(sides);
  compareRequired(sides);
  if (before.isNamed) found.steps.push({ path: pathTo(name), base: before.schema, revision: after.schema });
}

/** Most properties of two versions are, and cost no more than this look. */
function isUnchanged(
  { isUnchanged: isSame }: Comparer,
  { base, revision }: Forms,
  named: { readonly base: Names; readonly revision: Names },
  name: string,
): boolean {
  if (!named.base.has(name) || !named.revision.has(name)) return false;
  if (base.required.has(name) !== revision.required.has(name)) return false;
  return isSame({ base: effectiveProperty(base, name), revision: effectiveProperty(revision, name) });
}

interface Sides {
  readonly comparer: Comparer;
  readonly forms: Forms;
  readonly name: string;
  readonly before: Property;
  readonly after: Property;
  readonly found: Comparison;
}

function pathTo(name: string): string {
  return `/${escapePointer(name)}`;
}

function compareRequired({ forms, name, before, after, found }: Sides): void {
  if (before.isRequired === after.isRequired) return;
  const pointers = {
    basePointer: before.requiredPointer ?? before.pointer ?? pointerOf(forms.pair.base),
    revisionPointer: after.requiredPointer ?? after.pointer ?? pointerOf(forms.pair.revision),
    property: name,
  };
  found.differences.push(
    after.isRequired
      ? difference('property-became-required', 'narrows', (subject) => `${subject} became required`, {
          // A default does not help: a validator refuses the request before anyone fills it in.
          fix: 'leave it optional, with a default',
          ...pointers,
        })
      : difference('property-became-optional', 'widens', (subject) => `${subject} became optional`, {
          fix: 'keep sending it always',
          ...pointers,
        }),
  );
}

/**
 * A property of a request that goes is only a warning while others are let through: what a client sends is ignored. One
 * of a response that was required is what clients rely on; an optional one they had to do without before.
 */
function propertyRemoved(sides: Sides): void {
  const { comparer, forms, name, before, after, found } = sides;
  const left = formOf(comparer.revision, after.schema);
  const isClosed = acceptsNothing(left);
  const isCovered = !isClosed && !acceptsAnything(left);
  if (isCovered) {
    // The schema for further properties now speaks for it.
    compareRequired(sides);
    found.steps.push({ path: pathTo(name), base: before.schema, revision: after.schema });
    return;
  }
  const which = before.isRequired ? 'required' : 'optional';
  found.differences.push(
    difference(`${which}-property-removed`, isClosed ? 'narrows' : 'widens', (subject) => `${subject} was removed`, {
      request: isClosed ? 'error' : 'warning',
      response: before.isRequired ? 'error' : 'warning',
      fix: 'keep it and mark it deprecated until a new major version',
      basePointer: before.pointer,
      revisionPointer: pointerOf(isClosed ? after.schema : []) ?? pointerOf(forms.pair.revision),
      property: name,
    }),
  );
}

/**
 * Before, a property of that name was let through whatever its value, so an added optional one narrows strictly
 * speaking. Nobody sends what no contract names.
 */
function propertyAdded(sides: Sides): void {
  const { comparer, forms, name, before, after, found } = sides;
  const left = formOf(comparer.base, before.schema);
  const isClosed = acceptsNothing(left);
  if (!isClosed && !acceptsAnything(left)) {
    compareRequired(sides);
    found.steps.push({ path: pathTo(name), base: before.schema, revision: after.schema });
    return;
  }
  const isNew = after.isRequired && !before.isRequired;
  const hasDefault = formOf(comparer.revision, after.schema).notes.has('default');
  found.differences.push(
    difference(
      `${after.isRequired ? 'required' : 'optional'}-property-added`,
      isClosed ? (isNew ? 'changes' : 'widens') : 'narrows',
      (subject) =>
        `${subject} was added${after.isRequired ? ' and is required' : ''}${isNew && hasDefault ? ', with a default' : ''}`,
      {
        request: isNew ? 'error' : 'info',
        // Who was told that nothing else comes may refuse it.
        response: isClosed ? 'warning' : 'info',
        ...(isNew ? { fix: 'make it optional, with a default' } : {}),
        basePointer: pointerOf(isClosed ? before.schema : []) ?? pointerOf(forms.pair.base),
        revisionPointer: after.pointer,
        property: name,
      },
    ),
  );
}

/** What becomes read-only leaves the requests, what becomes write-only the responses, and the other way round. */
function compareVisibility({ comparer, forms, name, before, after, found }: Sides): void {
  const mark = comparer.direction === 'request' ? 'read-only' : 'write-only';
  const isNew = after.isRequired && before.isHidden;
  const pointers = {
    basePointer: before.pointer ?? pointerOf(forms.pair.base),
    revisionPointer: after.pointer ?? pointerOf(forms.pair.revision),
    property: name,
  };
  found.differences.push(
    after.isHidden
      ? difference(`property-became-${mark}`, 'nothing', (subject) => `${subject} became ${mark}`, {
          // What a client still sends is to be ignored; what it waits for "should not" come (OpenAPI 3.0.3 §4.7.24.2).
          ...(comparer.direction === 'response' ? { response: 'warning' } : {}),
          ...pointers,
        })
      : difference(
          `property-became-not-${mark}`,
          isNew ? 'narrows' : 'nothing',
          (subject) => `${subject} is no longer ${mark}${isNew ? ' and is required' : ''}`,
          { ...(isNew ? { fix: 'make it optional' } : {}), ...pointers },
        ),
  );
}

/** `additionalProperties`, and what `unevaluatedProperties` comes to. */
function compareOthers(comparer: Comparer, forms: Forms, found: Comparison): void {
  const [base, revision] = [otherProperties(forms.base), otherProperties(forms.revision)];
  if (base.length + revision.length === 0) return;
  const [before, after] = [formOf(comparer.base, base), formOf(comparer.revision, revision)];
  if (acceptsNothing(before) === acceptsNothing(after)) {
    if (!acceptsNothing(before)) found.steps.push({ path: '/*', base, revision, about: 'its further properties' });
    return;
  }
  const isForbidden = acceptsNothing(after);
  found.differences.push(
    difference(
      isForbidden ? 'additional-properties-forbidden' : 'additional-properties-allowed',
      isForbidden ? 'narrows' : 'widens',
      (subject) => `${subject} may ${isForbidden ? 'no longer' : 'now'} have properties that are not named`,
      {
        // What is received grows with every version: see `propertyAdded`.
        response: isForbidden ? 'info' : 'warning',
        ...(isForbidden ? { fix: 'let properties through that are not named' } : {}),
        basePointer: pointerOf(base) ?? pointerOf(forms.pair.base),
        revisionPointer: pointerOf(revision) ?? pointerOf(forms.pair.revision),
      },
    ),
  );
}

function comparePatternProperties(comparer: Comparer, forms: Forms, found: Comparison): void {
  const [base, revision] = [namedPatterns(forms.base), namedPatterns(forms.revision)];
  for (const [pattern, schema] of base) {
    const other = revision.get(pattern);
    if (other === undefined) found.differences.push(...patternChanged(comparer, forms, pattern, schema, 'removed'));
    else found.steps.push({ path: '/*', base: schema, revision: other, about: `its properties like ${pattern}` });
  }
  for (const [pattern, schema] of revision) {
    if (!base.has(pattern)) found.differences.push(...patternChanged(comparer, forms, pattern, schema, 'added'));
  }
}

/** Properties of that name fell, or now fall, under what is said of further ones. */
function patternChanged(
  comparer: Comparer,
  forms: Forms,
  pattern: string,
  schema: readonly string[],
  verb: 'added' | 'removed',
): Difference[] {
  const isAdded = verb === 'added';
  const effect = isAdded
    ? effectOf(comparer.relate({ base: otherProperties(forms.base), revision: schema }))
    : effectOf(comparer.relate({ base: schema, revision: otherProperties(forms.revision) }));
  if (effect === 'nothing') return [];
  const sentence = (subject: string): string =>
    `${subject} ${isAdded ? 'now has a schema' : 'no longer has a schema'} for properties like ${pattern}`;
  return [
    difference(`pattern-property-${verb}`, effect, sentence, {
      basePointer: isAdded ? pointerOf(forms.pair.base) : pointerOf(schema),
      revisionPointer: isAdded ? pointerOf(schema) : pointerOf(forms.pair.revision),
    }),
  ];
}

/** Names are always text, so a schema that only says so says nothing. */
function comparePropertyNames(forms: Forms, found: Comparison): void {
  const [base, revision] = [forms.base.propertyNames, forms.revision.propertyNames];
  if (base.length > 0 && revision.length > 0) {
    const names = ofTypes('string');
    found.steps.push({
      path: '',
      base: [...base, names],
      revision: [...revision, names],
      about: 'the name of each property',
    });
  } else if (base.length + revision.length > 0) {
    const isAdded = revision.length > 0;
    found.differences.push(
      difference(
        isAdded ? 'property-names-added' : 'property-names-removed',
        isAdded ? 'narrows' : 'widens',
        (subject) => `the names of properties of ${subject} are ${isAdded ? 'now' : 'no longer'} limited`,
        {
          basePointer: pointerOf(base) ?? pointerOf(forms.pair.base),
          revisionPointer: pointerOf(revision) ?? pointerOf(forms.pair.revision),
        },
      ),
    );
  }
}

function compareDependentRequired(forms: Forms, found: Comparison): void {
  const { base, revision, pair } = forms;
  const added = newDependents(base, revision);
  const removed = newDependents(revision, base);
  for (const { trigger, needed, pointer } of added) {
    found.differences.push(
      difference(
        'dependent-required-added',
        'narrows',
        (subject) => `${subject} must now have '${needed}' where it has '${trigger}'`,
        { fix: `leave '${needed}' optional`, basePointer: pointerOf(pair.base), revisionPointer: pointer },
      ),
    );
  }
  for (const { trigger, needed, pointer } of removed) {
    found.differences.push(
      difference(
        'dependent-required-removed',
        'widens',
        (subject) => `${subject} may now lack '${needed}' where it has '${trigger}'`,
        { fix: `keep sending '${needed}'`, basePointer: pointer, revisionPointer: pointerOf(pair.revision) },
      ),
    );
  }
}

interface Dependent {
  readonly trigger: string;
  readonly needed: string;
  readonly pointer: string;
}

/** What `form` asks for that `other` does not, neither so nor always. */
function newDependents(other: Form, form: Form): Dependent[] {
  const found: Dependent[] = [];
  for (const [trigger, names] of form.dependentRequired) {
    for (const [needed, pointer] of names) {
      const isKnown = other.dependentRequired.get(trigger)?.has(needed) === true || other.required.has(needed);
      if (!isKnown && !form.required.has(needed) && needed !== trigger) found.push({ trigger, needed, pointer });
    }
  }
  return found;
}
