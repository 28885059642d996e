import type { Check } from '../check.ts';
import { answered } from './answered.ts';
import { bodyConforms } from './body-conforms.ts';
import { bodySignature } from './body-signature.ts';
import { emptyBody } from './empty-body.ts';
import { headersConform } from './headers-conform.ts';
import { mediaTypeDocumented } from './media-type-documented.ts';
import { serverError } from './server-error.ts';
import { statusDocumented } from './status-documented.ts';

/** Every check of an answer against its contract, sorted by id. */
export const checks: readonly Check[] = [
  answered,
  bodyConforms,
  bodySignature,
  emptyBody,
  headersConform,
  mediaTypeDocumented,
  serverError,
  statusDocumented,
];
