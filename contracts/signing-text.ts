import { TallyError } from './error.ts';

/** A secret that is used as the text that it is. @throws TallyError SIGNING_SECRET_INVALID where it is empty */
export function signingText(secret: string): string {
  if (secret !== '') return secret;
  throw new TallyError({
    code: 'SIGNING_SECRET_INVALID',
    where: 'a webhook signing secret',
    why: 'it is empty',
    fix: 'use a long random text, for example what `openssl rand -hex 32` prints',
  });
}
