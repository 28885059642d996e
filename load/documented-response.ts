import type { Operation, Response } from '../contracts/index.ts';

/** What the contract says about a status: its own entry, its class, or `default` (OpenAPI 3.1 §4.8.16). */
export function documentedResponse(operation: Operation, status: number): Response | undefined {
  const names = [String(status), `${Math.floor(status / 100)}XX`, 'default'];
  for (const name of names) {
    const found = operation.responses.find((response) => response.status.toUpperCase() === name.toUpperCase());
    if (found !== undefined) return found;
  }
  return undefined;
}
