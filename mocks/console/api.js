// The control API. The token comes in the fragment, which no request carries, and is kept for this tab only.

const KEY = 'tally-token';

export function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given !== null) {
    sessionStorage.setItem(KEY, given);
    history.replaceState(null, '', location.pathname);
  }
  return sessionStorage.getItem(KEY) !== null;
}

export class ApiError extends Error {
  /** @param {number} status @param {string} text */
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

/** @param {string} method @param {string} path @param {unknown} [body] @param {AbortSignal} [signal] */
async function send(method, path, body, signal) {
  const response = await fetch(path, {
    method,
    headers: {
      authorization: `Bearer ${sessionStorage.getItem(KEY)}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  throw new ApiError(response.status, problem.detail ?? `the control API answered ${response.status}`);
}

/** @param {string} path */
export async function get(path) {
  return await (await send('GET', path)).json();
}

/** @param {string} method @param {string} path @param {unknown} [body] */
export async function change(method, path, body) {
  const text = await (await send(method, path, body)).text();
  return text === '' ? undefined : JSON.parse(text);
}

/** Server-sent events, as an EventSource would give them if it could send a token. @param {AbortSignal} signal */
export async function* events(signal) {
  const response = await send('GET', '/events', undefined, signal);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + value).split('\n\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const [, type] = /^event: (.*)$/m.exec(part) ?? [];
      const [, data] = /^data: (.*)$/m.exec(part) ?? [];
      if (type !== undefined && data !== undefined) yield { type, data: JSON.parse(data) };
    }
  }
}
