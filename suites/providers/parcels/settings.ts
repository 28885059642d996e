import { Buffer } from 'node:buffer';
import { DEFECTS, defectNamed, type Defect } from './defects.ts';

/** What the provider is told by its environment, checked. */
export interface Settings {
  /** 0 lets the system choose. */
  readonly port: number;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly apiKey: string;
  /** `whsec_` and 24 to 64 bytes in Base64. */
  readonly webhookSecret: string;
  readonly tokenSeconds: number;
  /** Requests that one credential may make in `rateWindowSeconds`. */
  readonly rateLimit: number;
  readonly rateWindowSeconds: number;
  /** How long creating a parcel takes, at least. */
  readonly createDelayMs: number;
  /** Waits between the attempts to deliver one event; one attempt more than waits. */
  readonly webhookRetryMs: readonly number[];
  readonly webhookTimeoutMs: number;
  /** Where parcels are kept beyond this process; in memory only when absent. */
  readonly dataFile?: string;
  /** Where manifests are written; a folder that is removed at the end when absent. */
  readonly filesFolder?: string;
  /** Serves `/_tally/*`: for tests, never for partners. */
  readonly harness: boolean;
  readonly log: boolean;
  readonly defect?: Defect;
}

/** The environment is not one that the provider can start in. */
export class SettingsError extends Error {
  readonly code: string;
  readonly fix: string;

  constructor(code: string, message: string, fix: string) {
    super(message);
    this.code = code;
    this.fix = fix;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws SettingsError naming the variable and what it should hold */
export function readSettings(env: Environment): Settings {
  const dataFile = env['PARCELS_DATA'];
  const filesFolder = env['PARCELS_FILES'];
  const defect = readDefect(env['PARCELS_DEFECT']);
  return {
    port: readInteger(env, 'PORT', 0, 0, 65_535),
    clientId: 'checkout',
    clientSecret: readSecret(env, 'PARCELS_CLIENT_SECRET'),
    apiKey: readSecret(env, 'PARCELS_API_KEY'),
    webhookSecret: readWebhookSecret(env),
    tokenSeconds: readInteger(env, 'PARCELS_TOKEN_SECONDS', 3600, 1, 86_400),
    rateLimit: readInteger(env, 'PARCELS_RATE_LIMIT', 5000, 1, 1_000_000_000),
    rateWindowSeconds: readInteger(env, 'PARCELS_RATE_WINDOW_SECONDS', 60, 1, 3600),
    createDelayMs: readInteger(env, 'PARCELS_CREATE_DELAY_MS', 0, 0, 60_000),
    webhookRetryMs: readWaits(env, 'PARCELS_WEBHOOK_RETRY_MS', [200, 1000, 5000]),
    webhookTimeoutMs: readInteger(env, 'PARCELS_WEBHOOK_TIMEOUT_MS', 15_000, 10, 60_000),
    harness: env['TALLY_HARNESS'] === '1',
    log: env['PARCELS_LOG'] !== 'off',
    ...(dataFile ? { dataFile } : {}),
    ...(filesFolder ? { filesFolder } : {}),
    ...(defect ? { defect } : {}),
  };
}

function readSecret(env: Environment, name: string): string {
  const secret = env[name];
  if (!secret) throw new SettingsError('SECRET_MISSING', `${name} is not set`, `set ${name}, at least 8 characters`);
  if (secret.length < 8)
    throw new SettingsError('SECRET_WEAK', `${name} is shorter than 8 characters`, `set a longer ${name}`);
  return secret;
}

/** Standard Webhooks 1.0.0, symmetric secrets: 24 to 64 random bytes. */
function readWebhookSecret(env: Environment): string {
  const secret = readSecret(env, 'PARCELS_WEBHOOK_SECRET');
  const bytes = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1];
  const size = bytes === undefined ? 0 : Buffer.from(bytes, 'base64').length;
  if (size >= 24 && size <= 64) return secret;
  throw new SettingsError(
    'SECRET_MALFORMED',
    'PARCELS_WEBHOOK_SECRET is no Standard Webhooks secret',
    'set it to whsec_ and 24 to 64 random bytes in Base64',
  );
}

function readInteger(env: Environment, name: string, otherwise: number, least: number, most: number): number {
  const text = env[name];
  if (text === undefined || text === '') return otherwise;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new SettingsError(
    'SETTING_INVALID',
    `${name} is "${text}"`,
    `set ${name} to an integer from ${least} to ${most}`,
  );
}

function readWaits(env: Environment, name: string, otherwise: readonly number[]): readonly number[] {
  const text = env[name];
  if (text === undefined) return otherwise;
  if (text === '') return [];
  if (/^\d{1,7}(,\d{1,7}){0,19}$/.test(text)) return text.split(',').map(Number);
  throw new SettingsError('SETTING_INVALID', `${name} is "${text}"`, `set ${name} to milliseconds, "200,1000,5000"`);
}

function readDefect(id: string | undefined): Defect | undefined {
  if (!id) return undefined;
  const defect = defectNamed(id);
  if (defect) return defect;
  const known = DEFECTS.map((each) => each.id).join(', ');
  throw new SettingsError('DEFECT_UNKNOWN', `PARCELS_DEFECT is "${id}", which is none of ours`, `take one of ${known}`);
}
