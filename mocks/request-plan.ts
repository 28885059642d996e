import type { IHttpRequest } from '@stoplight/prism-http';
import { compileBody, type BodySpec } from './judge-body.ts';
import { compileParameters, IN_HEADERS, IN_PATH, IN_QUERY, type ParameterSpec } from './judge-parameters.ts';
import { compileSecurity } from './judge-security.ts';
import { onlyPrismCanTell } from './only-prism-can-tell.ts';
import { URI } from './prism-libraries.ts';
import type { PrismOperation } from './prism-operations.ts';
import { NOTHING_WRONG } from './schema-judge.ts';
import type { Diagnostic } from './violation.ts';

/** What judges the requests of one operation. */
export interface RequestPlan {
  /**
   * What Prism has against a request, in Prism's order and words: security first, then body, headers, query, path.
   * Empty when it is certainly valid; undefined when only Prism itself can tell. The request stays as it is.
   *
   * @param request names its headers in lower case, as Node does
   */
  judge(request: IHttpRequest): readonly Diagnostic[] | undefined;
}

type Judge = (request: IHttpRequest) => readonly Diagnostic[];

/** Compiles everything about the requests of an operation that does not depend on the request, on the first of them. */
export function compileRequestPlan(operation: PrismOperation): RequestPlan {
  let judges: readonly Judge[] | undefined;
  return {
    judge: (request) => {
      judges ??= judgesOf(operation);
      try {
        return judgeAll(judges, request);
      } catch {
        // What throws here throws in Prism: a content type or a percent-encoding that cannot be read.
        return undefined;
      }
    },
  };
}

const ONLY_PRISM: readonly Judge[] = [
  () => {
    throw new Error('Only Prism can tell.');
  },
];

function judgesOf(operation: PrismOperation): readonly Judge[] {
  try {
    return onlyPrismCanTell(operation) ? ONLY_PRISM : compileJudges(operation);
  } catch {
    return ONLY_PRISM;
  }
}

function compileJudges(operation: PrismOperation): readonly Judge[] {
  const { request } = operation;
  const security = compileSecurity(operation);
  if (request === undefined) return [security];
  const bundle = operation['__bundled__' as keyof PrismOperation] as object | undefined;
  const body = compileBody(request.body as BodySpec | undefined, bundle);
  const headers = compileParameters(specsOf(request.headers), IN_HEADERS, bundle);
  const query = compileParameters(specsOf(request.query), IN_QUERY, bundle);
  return [
    security,
    body,
    (sent) => headers(sent.headers ?? {}),
    (sent) => query(sent.url.query ?? {}),
    request.path === undefined ? () => NOTHING_WRONG : compilePath(operation.path, specsOf(request.path), bundle),
  ];
}

/** The path is decoded also when no parameter is declared, because what cannot be decoded ends the judging. */
function compilePath(template: string, specs: readonly ParameterSpec[], bundle: object | undefined): Judge {
  const uri = new URI.Template(template);
  const judge = compileParameters(specs, IN_PATH, bundle);
  const declared = specs.length > 0;
  return ({ url: { path } }) => (declared || path.includes('%') ? judge(uri.match(path)) : NOTHING_WRONG);
}

/** Prism's types promise less than its transformer delivers. */
function specsOf(parameters: readonly object[] | undefined): readonly ParameterSpec[] {
  return (parameters ?? []) as readonly ParameterSpec[];
}

function judgeAll(judges: readonly Judge[], request: IHttpRequest): readonly Diagnostic[] {
  let wrong = NOTHING_WRONG;
  for (const judge of judges) {
    const more = judge(request);
    if (more.length > 0) wrong = wrong.length === 0 ? more : [...wrong, ...more];
  }
  return wrong;
}
