import type { SignatureScheme } from '../signature-scheme.ts';
import { github } from './github.ts';
import { httpMessageSignatures } from './http-message-signatures.ts';
import { standardWebhooks } from './standard-webhooks.ts';
import { stripe } from './stripe.ts';

/** Every way of signing webhooks, by id. */
export const signatureSchemes: readonly SignatureScheme[] = [github, httpMessageSignatures, standardWebhooks, stripe];
