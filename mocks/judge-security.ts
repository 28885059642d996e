import type { IHttpRequest } from '@stoplight/prism-http';
import {
  findSecurityHandler,
  noneSecurityHandler,
} from '@stoplight/prism-http/dist/validator/validators/security/handlers/index.js';
import type { PrismOperation } from './prism-operations.ts';
import { NOTHING_WRONG } from './schema-judge.ts';
import type { Diagnostic } from './violation.ts';

type Judge = (request: IHttpRequest) => readonly Diagnostic[];
type Scheme = Parameters<typeof findSecurityHandler>[0];

/** What is wrong with a request's credentials: nothing, or one thing that names every way to authenticate. */
export function compileSecurity({ security }: PrismOperation): Judge {
  const requirements = (security ?? []).map(compileRequirement);
  if (requirements.length === 0) return () => NOTHING_WRONG;
  return (request) => {
    const failures = requirements.map((judge) => judge(request));
    if (failures.some((failure) => failure.length === 0)) return NOTHING_WRONG;
    return [withAllTags(failures.flat())];
  };
}

/** All schemes of a requirement must be met. One without schemes asks for a request without credentials. */
function compileRequirement(schemes: readonly Scheme[]): Judge {
  const judges = schemes.length === 0 ? [compileScheme()] : schemes.map(compileScheme);
  const [only] = judges;
  if (only !== undefined && judges.length === 1) return only;
  return (request) => judges.flatMap((judge) => judge(request));
}

/** Prism's own judge of a scheme, or its remark on a scheme that it does not know. */
function compileScheme(scheme?: Scheme): Judge {
  const found = scheme === undefined ? { right: noneSecurityHandler } : findSecurityHandler(scheme);
  if ('left' in found) return () => [found.left];
  const name = scheme !== undefined && 'name' in scheme ? scheme.name : '';
  const handler = found.right;
  return (request) => {
    const result = handler(request, name);
    return 'left' in result ? [result.left] : NOTHING_WRONG;
  };
}

/** The first failure stands for all; its tags are the challenges of the `WWW-Authenticate` header. */
function withAllTags(failures: readonly Diagnostic[]): Diagnostic {
  const tags = failures.flatMap((failure) => failure.tags ?? []);
  return { ...(failures[0] as Diagnostic), tags };
}
