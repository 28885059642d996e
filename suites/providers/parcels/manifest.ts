import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Defect } from './defects.ts';
import type { Parcel } from './parcel.ts';
import { formatCents, priceOf } from './tariff.ts';

export interface ManifestFile {
  readonly name: string;
  readonly content: string;
}

const HEADER = 'parcelId,reference,status,service,country,weightGrams,chargeEur,createdOn';

/** Writes the daily manifests. Without a folder they go into one that is gone afterwards. */
export class Manifests {
  readonly #folder: string | undefined;
  readonly #defect: Defect | undefined;
  readonly #now: () => Date;
  #ownFolder: Promise<string> | undefined;

  constructor(folder: string | undefined, defect: Defect | undefined, now: () => Date) {
    this.#folder = folder;
    this.#defect = defect;
    this.#now = now;
  }

  /** The final name never grows: the content is written under another one first, in the same folder. */
  async write(parcels: readonly Parcel[]): Promise<ManifestFile> {
    const folder = await this.#openFolder();
    const name = `manifest-${this.#now().toISOString().slice(0, 10).replaceAll('-', '')}.csv`;
    const lines = manifestLines(parcels);
    const content = `${(this.#defect?.manifest?.(lines) ?? lines).join('\n')}\n`;
    const temporary = join(folder, `${name}.part`);
    await writeFile(temporary, content);
    await rename(temporary, join(folder, name));
    return { name, content };
  }

  async close(): Promise<void> {
    if (this.#ownFolder) await rm(await this.#ownFolder, { recursive: true, force: true });
  }

  async #openFolder(): Promise<string> {
    if (!this.#folder) return (this.#ownFolder ??= mkdtemp(join(tmpdir(), 'parcels-')));
    await mkdir(this.#folder, { recursive: true });
    return this.#folder;
  }
}

/** A header, the parcels that are not cancelled in order of their ids, and the trailer with count and sums. */
function manifestLines(parcels: readonly Parcel[]): readonly string[] {
  const listed = parcels.filter((parcel) => parcel.status !== 'cancelled').toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const weightGrams = listed.reduce((sum, parcel) => sum + parcel.weightGrams, 0);
  const cents = listed.reduce((sum, parcel) => sum + chargeCents(parcel), 0);
  return [HEADER, ...listed.map(row), `TRAILER,${listed.length},${weightGrams},${formatCents(cents)}`];
}

function row(parcel: Parcel): string {
  const { id, reference, status, service, recipient, weightGrams, createdAt } = parcel;
  const cells = [
    id,
    reference ?? '',
    status,
    service,
    recipient.country,
    String(weightGrams),
    formatCents(chargeCents(parcel)),
    createdAt.slice(0, 10),
  ];
  return cells.map(quoteCell).join(',');
}

function chargeCents(parcel: Parcel): number {
  return priceOf(parcel.sender.country, parcel.recipient.country, parcel.weightGrams, parcel.service).cents;
}

/** RFC 4180 §2. */
function quoteCell(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
