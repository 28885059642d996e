import { visitObjects } from './visit-objects.ts';

/** What of some schemas is found in other ways than by its place. */
export interface SchemaNames {
  /** AJV knows a schema by its `$id` once and for all, and refuses the next of that name; what is `$async` is never awaited. */
  readonly beyondDocument: boolean;
  /** Anchors: AJV's view of one schema hangs on all that it comes with. */
  readonly withinDocument: boolean;
}

const ANCHORS = ['$anchor', '$dynamicAnchor', '$dynamicRef', '$recursiveRef'];

/** Answers that are circular can bring a quarter of a million objects to each operation's parameters: once is enough. */
const known = new WeakMap<object, SchemaNames>();

export function namesInSchemas(schemas: object): SchemaNames {
  const names = known.get(schemas) ?? lookFor(schemas);
  known.set(schemas, names);
  return names;
}

function lookFor(schemas: object): SchemaNames {
  let beyondDocument = false;
  let withinDocument = false;
  visitObjects(schemas, (each) => {
    if (typeof each['$id'] === 'string' || each['$async'] === true) beyondDocument = true;
    if (ANCHORS.some((keyword) => each[keyword] !== undefined)) withinDocument = true;
  });
  return { beyondDocument, withinDocument };
}
