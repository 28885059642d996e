import type { Rule } from '../rule.ts';
import { callbacks } from './callbacks.ts';
import { links } from './links.ts';
import { operations } from './operations.ts';
import { parameters } from './parameters.ts';
import { paths } from './paths.ts';
import { requestBodies } from './request-bodies.ts';
import { responses } from './responses.ts';
import { security } from './security.ts';
import { servers } from './servers.ts';
import { webhooks } from './webhooks.ts';

/** Every family of changes between two OpenAPI documents, by id. What changes inside a schema is `compareSchemas`. */
export const rules: readonly Rule[] = [
  callbacks,
  links,
  operations,
  parameters,
  paths,
  requestBodies,
  responses,
  security,
  servers,
  webhooks,
];
