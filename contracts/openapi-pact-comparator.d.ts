/** Its own declarations import without file extensions, which Node's resolution does not find. */
declare module '@pactflow/openapi-pact-comparator' {
  export interface Result {
    readonly code: string;
    readonly message: string;
    readonly type: 'error' | 'warning';
    readonly mockDetails?: { readonly location: string; readonly value: unknown };
    readonly specDetails?: { readonly location: string };
  }

  export class Comparator {
    constructor(document: object);
    /** Throws where the pact is malformed. */
    compare(pact: object): AsyncGenerator<Result>;
  }
}
