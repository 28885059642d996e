import { isDeepStrictEqual } from 'node:util';
import { joinPointer } from '../json-pointer.ts';
import type { JsonObject } from '../json.ts';
import type { Contract, Response } from '../model.ts';
import { memberOf, objectAt } from '../object-at.ts';
import type { Difference, Documents, MatchedOperation, Rule } from '../rule.ts';

/** Links say what to call next. Few clients follow them by machine, so they may break, and never break for sure. */
export const links: Rule = {
  id: 'links',
  summary: 'Links from an answer to the next operation',
  codes: [
    { code: 'link-added', severity: 'info', summary: 'an answer has a new link' },
    { code: 'link-changed', severity: 'warning', summary: 'a link leads elsewhere, or with other parameters' },
    { code: 'link-removed', severity: 'warning', summary: 'a link is gone' },
  ],
  judge: (documents) =>
    documents.matched.flatMap((operation) =>
      operation.base.responses.flatMap((base) => {
        const revision = operation.revision.responses.find(({ status }) => status === base.status);
        return revision === undefined ? [] : compareLinks(documents, operation, base, revision);
      }),
    ),
};

function compareLinks(
  documents: Documents,
  operation: MatchedOperation,
  base: Response,
  revision: Response,
): readonly Difference[] {
  const [before, after] = [linksOf(documents.base, base), linksOf(documents.revision, revision)];
  const common = { direction: operation.response, operation } as const;
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names.flatMap((name): readonly Difference[] => {
    const [old, now] = [before.get(name), after.get(name)];
    const link = `the link '${name}' of the ${revision.status} response`;
    const places = {
      base: old === undefined ? base.pointer : joinPointer(base.pointer, 'links', name),
      revision: now === undefined ? revision.pointer : joinPointer(revision.pointer, 'links', name),
    };
    if (old === undefined) return [{ ...common, ...places, code: 'link-added', message: `${link} is new` }];
    if (now === undefined)
      return [{ ...common, ...places, code: 'link-removed', message: `${link} is gone`, fix: 'keep the link' }];
    if (isDeepStrictEqual(meaning(old), meaning(now))) return [];
    const values = { expected: meaning(old), actual: meaning(now) };
    const fix = 'keep it, and add a link of another name';
    return [{ ...common, ...places, ...values, code: 'link-changed', message: `${link} leads elsewhere`, fix }];
  });
}

function linksOf(contract: Contract, response: Response): ReadonlyMap<string, JsonObject> {
  const links = memberOf(objectAt(contract, response.pointer), 'links');
  const pointer = joinPointer(response.pointer, 'links');
  return new Map(Object.keys(links).map((name) => [name, objectAt(contract, joinPointer(pointer, name))]));
}

/** An operationRef is written from its own file, so only its end says which operation is meant. */
function meaning(link: JsonObject): JsonObject {
  const { operationId, operationRef, parameters, requestBody } = link;
  const target = typeof operationRef === 'string' ? operationRef.replace(/^.*#/, '#') : operationRef;
  return Object.fromEntries(
    Object.entries({ operationId, operationRef: target, parameters, requestBody }).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, value]],
    ),
  );
}
