import type { getHttpOperationsFromSpec } from '@stoplight/prism-http';

/** An operation as Prism's engine reads it. */
export type PrismOperation = Awaited<ReturnType<typeof getHttpOperationsFromSpec>>[number];
