import { defineFault } from '../fault.ts';
import { problemAnswer } from '../fault-answer.ts';

/** F24: a token ends while it is in use; only another one helps (RFC 6750 §3.1). */
export const tokenExpired = defineFault({
  id: 'token_expired',
  number: 'F24',
  summary: 'Answers 401 from some request on, until another token is sent',
  options: {
    fromRequest: {
      type: 'number',
      unit: 'requests',
      min: 1,
      max: 1_000_000,
      default: 1,
      summary: 'the first that is refused',
    },
    scope: { type: 'text', summary: 'the scope that the challenge names' },
  },
  apply: ({ fromRequest, scope }) => {
    let requests = 0;
    let expired: string | undefined;
    return {
      on: 'request',
      isFor: ({ credential }) => {
        if (credential === undefined) return false;
        requests += 1;
        if (requests === fromRequest) expired = credential;
        return credential === expired;
      },
      answer: () => {
        const parts = ['error="invalid_token"', 'error_description="The access token expired"'];
        if (scope !== undefined) parts.push(`scope="${scope.replaceAll(/[^\x21\x23-\x5b\x5d-\x7e ]/g, '')}"`);
        const challenge = [['WWW-Authenticate', `Bearer ${parts.join(', ')}`]] as const;
        return problemAnswer(401, 'The access token expired.', challenge);
      },
    };
  },
});
