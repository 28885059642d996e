import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { errorCode } from './error-code.ts';
import { isStatus, type Parcel, type ParcelChange, type ParcelDraft, type Status } from './parcel.ts';
import { SEED_PARCELS } from './seed-parcels.ts';
import { SettingsError } from './settings.ts';

export interface Page {
  readonly parcels: readonly Parcel[];
  /** Whether more follow the last one. */
  readonly more: boolean;
}

/** All parcels, oldest first. With a file they outlive the process. */
export class Store {
  readonly #file: string | undefined;
  readonly #now: () => Date;
  #parcels: Parcel[] = [];
  #places = new Map<string, number>();
  #writing: Promise<void> | undefined;
  #unwritten = false;

  /** @throws SettingsError DATA_UNREADABLE when the file is there but holds no parcels */
  constructor(file: string | undefined, now: () => Date) {
    this.#file = file;
    this.#now = now;
    this.#fill((file && readParcels(file)) || SEED_PARCELS);
  }

  /** Back to the parcels that the contract's examples name. */
  reset(): void {
    this.#fill(SEED_PARCELS);
    this.#save();
  }

  all(): readonly Parcel[] {
    return this.#parcels;
  }

  find(id: string): Parcel | undefined {
    const place = this.#places.get(id);
    return place === undefined ? undefined : this.#parcels[place];
  }

  /** `after` is the id of a parcel that exists. */
  page(limit: number, after: string | undefined, status: Status | undefined): Page {
    const found: Parcel[] = [];
    const start = after === undefined ? 0 : (this.#places.get(after) ?? -1) + 1;
    for (let place = start; place < this.#parcels.length && found.length <= limit; place += 1) {
      const parcel = this.#parcels[place];
      if (parcel && (status === undefined || parcel.status === status)) found.push(parcel);
    }
    return { parcels: found.slice(0, limit), more: found.length > limit };
  }

  create(draft: ParcelDraft, recipientLine?: string): Parcel {
    const at = this.#timestamp();
    const line = recipientLine === undefined ? {} : { recipientLine };
    return this.put({
      id: this.#newId(),
      status: 'created',
      ...draft,
      createdAt: at,
      updatedAt: at,
      revision: 1,
      ...line,
    });
  }

  /** Adds the parcel, or replaces the one with its id. */
  put(parcel: Parcel): Parcel {
    const place = this.#places.get(parcel.id) ?? this.#parcels.length;
    this.#parcels[place] = parcel;
    this.#places.set(parcel.id, place);
    this.#save();
    return parcel;
  }

  change(parcel: Parcel, change: ParcelChange, fingerprint: string): Parcel {
    return this.put({
      ...parcel,
      ...change,
      updatedAt: this.#timestamp(),
      revision: parcel.revision + 1,
      lastChange: fingerprint,
    });
  }

  move(parcel: Parcel, status: Status): Parcel {
    return this.put({ ...parcel, status, updatedAt: this.#timestamp(), revision: parcel.revision + 1 });
  }

  remove(id: string): void {
    this.#fill(this.#parcels.filter((parcel) => parcel.id !== id));
    this.#save();
  }

  /** Resolves when everything is on disk. */
  async flush(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  #fill(parcels: readonly Parcel[]): void {
    this.#parcels = [...parcels];
    this.#places = new Map(parcels.map((parcel, place) => [parcel.id, place]));
  }

  #newId(): string {
    let id: string;
    do {
      id = `PCL-${Array.from({ length: 8 }, () => '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'[randomInt(36)]).join('')}`;
    } while (this.#places.has(id) || id.startsWith('PCL-0000'));
    return id;
  }

  /** Whole seconds, as the seeds have them. */
  #timestamp(): string {
    return this.#now()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z');
  }

  /** One write at a time; what changes meanwhile goes into the next one. */
  #save(): void {
    if (!this.#file) return;
    this.#unwritten = true;
    this.#writing ??= this.#write(this.#file).finally(() => (this.#writing = undefined));
  }

  async #write(file: string): Promise<void> {
    while (this.#unwritten) {
      this.#unwritten = false;
      const temporary = `${file}.${process.pid}.tmp`;
      await writeFile(temporary, JSON.stringify({ version: 1, parcels: this.#parcels }));
      await rename(temporary, file);
    }
  }
}

function readParcels(file: string): readonly Parcel[] | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw unreadable(file, error);
  }
  try {
    const { parcels }: { parcels: Parcel[] } = JSON.parse(text);
    if (parcels.every((parcel) => typeof parcel.id === 'string' && isStatus(parcel.status))) return parcels;
  } catch (error) {
    throw unreadable(file, error);
  }
  throw unreadable(file, new Error('it holds something else than parcels'));
}

function unreadable(file: string, cause: unknown): SettingsError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new SettingsError(
    'DATA_UNREADABLE',
    `PARCELS_DATA ${file}: ${why}`,
    'repair the file, or remove it to start with the seed parcels',
  );
}
