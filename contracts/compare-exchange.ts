import {
  atMost,
  compareSettings,
  demanded,
  memberOf,
  oneOf,
  permitted,
  released,
  replaced,
  restricted,
  type Setting,
} from './compare-settings.ts';
import { canonicalJson } from './canonical-json.ts';
import { compareLists, listOf } from './compare-lists.ts';
import type { FileDifference } from './file-difference.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { spokenValue } from './spoken-value.ts';

/** What changed in how files are named, written and handed over: `x-exchange`, the encoding and the Table Dialect. */
export function compareExchange(base: JsonObject, revision: JsonObject, isTable: boolean): readonly FileDifference[] {
  const exchange = inMember(base, revision, 'x-exchange');
  return [
    ...compareSettings(whole(base, revision), [ENCODING]),
    ...compareSettings(exchange, EXCHANGE),
    ...trailerDifferences(base, revision),
    ...manifestDifferences(base, revision),
    ...crossRowDifferences(base, revision),
    ...(isTable ? compareSettings(inMember(base, revision, 'dialect'), DIALECT) : []),
    ...(isTable ? headerDifferences(base, revision) : []),
  ];
}

function whole(base: JsonObject, revision: JsonObject) {
  return { base: { value: base, keys: [] }, revision: { value: revision, keys: [] } };
}

function inMember(base: JsonObject, revision: JsonObject, ...keys: readonly string[]) {
  const descend = (value: JsonObject): JsonObject => keys.reduce(memberOf, value);
  return { base: { value: descend(base), keys }, revision: { value: descend(revision), keys } };
}

const ENCODING: Setting = {
  name: 'encoding',
  label: 'the encoding',
  code: 'file-encoding-changed',
  standard: 'utf-8',
  shift: (base, revision) => ENCODINGS(plain(base), plain(revision)),
};

/** ASCII is UTF-8, too. */
const ENCODINGS = oneOf({
  ascii: ['ascii'],
  'us-ascii': ['ascii'],
  'utf-8': ['ascii', 'utf-8'],
  utf8: ['ascii', 'utf-8'],
});

function plain(value: Json | undefined): string {
  return typeof value === 'string' ? value.toLowerCase() : '';
}

const EXCHANGE: readonly Setting[] = [
  { name: 'naming', label: 'the name of the file', code: 'file-naming-changed', shift: restricted },
  { name: 'maxBytes', label: 'the greatest size in bytes', code: 'file-limit-changed', shift: atMost },
  { name: 'maxRows', label: 'the greatest number of rows', code: 'file-limit-changed', shift: atMost },
  {
    name: 'completion',
    label: 'what says that the file is whole',
    code: 'file-completion-changed',
    shift: restricted,
  },
  {
    name: 'duplicateBy',
    label: 'what makes a file the same as one before',
    code: 'file-duplicates-changed',
    shift: () => 'unclear',
  },
  {
    name: 'lineEnding',
    label: 'the line ending',
    code: 'file-line-ending-changed',
    standard: 'any',
    shift: oneOf({ lf: ['lf'], crlf: ['crlf'], any: ['lf', 'crlf'] }),
  },
  {
    name: 'bom',
    label: 'the byte order mark',
    code: 'file-bom-changed',
    standard: 'allow',
    shift: oneOf({ forbid: ['without'], require: ['with'], allow: ['without', 'with'] }),
  },
];

/** Table Dialect v2, with its defaults. The header is looked at together with `x-exchange`. */
const DIALECT: readonly Setting[] = [
  dialect('delimiter', 'the delimiter', ','),
  dialect('quoteChar', 'the quote character', '"'),
  dialect('escapeChar', 'the escape character'),
  dialect('nullSequence', 'the sequence that means nothing'),
  { ...dialect('doubleQuote', 'doubling of quotes', true), shift: permitted },
  { ...dialect('skipInitialSpace', 'skipping of spaces', false), shift: permitted },
  { ...dialect('commentChar', 'the comment character'), shift: released },
  { ...dialect('caseSensitiveHeader', 'looking at the case of headers', false), shift: demanded },
  dialect('headerRows', 'the rows of the header', [1]),
  dialect('headerJoin', 'what joins the rows of the header', ' '),
  dialect('commentRows', 'which rows are comments'),
  // Readers take either where nothing is said; `x-exchange.lineEnding` says what is meant.
  {
    ...dialect('lineTerminator', 'the end of a line'),
    shift: (base, revision) => (base === undefined || revision === undefined ? 'unclear' : 'other'),
  },
];

function dialect(name: string, label: string, standard?: Json): Setting {
  const setting = { name, label, code: 'file-dialect-changed', shift: replaced };
  return standard === undefined ? setting : { ...setting, standard };
}

function headerDifferences(base: JsonObject, revision: JsonObject): readonly FileDifference[] {
  const [before, after] = [base, revision].map(hasHeader);
  if (before === after) return [];
  const keys = (value: JsonObject) => ({
    keys: memberOf(value, 'x-exchange')['header'] === undefined ? ['dialect', 'header'] : ['x-exchange', 'header'],
  });
  return [
    {
      code: 'file-header-changed',
      shift: 'other',
      message: after === true ? 'the file has a header now' : 'the file has no header any more',
      expected: before ?? null,
      actual: after ?? null,
      base: keys(base),
      revision: keys(revision),
    },
  ];
}

/** `x-exchange.header`, else the dialect's. */
export function hasHeader(resource: JsonObject): boolean {
  return (memberOf(resource, 'x-exchange')['header'] ?? memberOf(resource, 'dialect')['header']) !== false;
}

const TRAILER = ['x-exchange', 'trailer'];

function trailerDifferences(base: JsonObject, revision: JsonObject): readonly FileDifference[] {
  const [before, after] = [base, revision].map((each) => memberOf(each, 'x-exchange')['trailer']);
  if (before === undefined && after === undefined) return [];
  if (before === undefined || after === undefined)
    return [
      {
        code: 'file-trailer-changed',
        // A reader takes the trailer for a row, or waits for one that does not come.
        shift: 'other',
        message: before === undefined ? 'the file ends in a trailer now' : 'the file has no trailer any more',
        ...(before === undefined ? {} : { base: { keys: TRAILER } }),
        ...(after === undefined ? {} : { revision: { keys: TRAILER } }),
      },
    ];
  const sides = inMember(base, revision, ...TRAILER);
  return [
    ...compareSettings(sides, [
      { name: 'match', label: 'what the trailer looks like', code: 'file-trailer-changed', shift: replaced },
      {
        name: 'rowCountField',
        label: 'the field of the trailer that holds the number of rows',
        code: 'file-trailer-changed',
        shift: restricted,
      },
    ]),
    ...sumDifferences(sides.base.value, sides.revision.value),
  ];
}

function sumDifferences(base: JsonObject, revision: JsonObject): readonly FileDifference[] {
  const [before, after] = [base, revision].map(sumsOf);
  const columns = [...new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])])];
  return columns.flatMap((column): readonly FileDifference[] => {
    const [was, is] = [before?.get(column), after?.get(column)];
    if (was !== undefined && is !== undefined && canonicalJson(was.value) === canonicalJson(is.value)) return [];
    const shift = was === undefined ? 'narrower' : is === undefined ? 'wider' : 'other';
    const verb = was === undefined ? 'is in the trailer now' : is === undefined ? 'left the trailer' : 'changed';
    return [
      {
        code: 'file-trailer-changed',
        shift,
        message: `the control sum of ${column} ${verb}`,
        ...(was === undefined ? {} : { expected: was.value, base: { keys: [...TRAILER, 'sums', was.index] } }),
        ...(is === undefined ? {} : { actual: is.value, revision: { keys: [...TRAILER, 'sums', is.index] } }),
      },
    ];
  });
}

function sumsOf(trailer: JsonObject): ReadonlyMap<string, { readonly value: JsonObject; readonly index: number }> {
  return new Map(
    listOf(trailer['sums']).flatMap((value, index) => {
      const column = isObject(value) ? value['column'] : undefined;
      return isObject(value) && typeof column === 'string' ? [[column, { value, index }] as const] : [];
    }),
  );
}

function manifestDifferences(base: JsonObject, revision: JsonObject): readonly FileDifference[] {
  const sides = inMember(base, revision, 'x-exchange', 'manifest');
  return compareSettings(sides, [
    { name: 'path', label: 'the manifest', code: 'file-manifest-changed', shift: restricted },
  ]);
}

/** Each is a demand on the file. */
function crossRowDifferences(base: JsonObject, revision: JsonObject): readonly FileDifference[] {
  const keys = ['x-exchange', 'crossRow'];
  const side = (resource: JsonObject) => ({ items: listOf(memberOf(resource, 'x-exchange')['crossRow']), keys });
  return compareLists(
    { base: side(base), revision: side(revision) },
    { code: 'file-rule-changed', added: 'narrower', label: (rule) => `the rule ${spokenValue(rule)}` },
  );
}
