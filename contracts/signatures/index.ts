import type { SignatureScheme } from '../signature-scheme.ts';
import { standardWebhooks } from './standard-webhooks.ts';

/** Every way of signing webhooks, by id. */
export const signatureSchemes: readonly SignatureScheme[] = [standardWebhooks];
