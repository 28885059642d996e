import type { Parcel } from './parcel.ts';

/** One A6 page as PDF 1.4 in plain ASCII, so that it survives every log and diff. */
export function printLabel(parcel: Parcel): string {
  const { recipient } = parcel;
  const lines = [
    parcel.id,
    `${parcel.service}, ${parcel.weightGrams} g`,
    recipient.name,
    recipient.street,
    `${recipient.postcode} ${recipient.city}`,
    recipient.country,
  ];
  const text = lines.map((line) => `(${escapeText(line)}) Tj T*\n`).join('');
  const content = `BT /F1 14 Tf 24 250 Td 20 TL\n${text}ET`;
  return assemble([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 298 420] /Resources << /Font << /F1 4 0 R >> >> /Contents 5 0 R >>',
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
  ]);
}

/** Numbers the objects and closes with the table of their offsets (PDF 1.4 §3.4). */
function assemble(objects: readonly string[]): string {
  let file = '%PDF-1.4\n';
  let table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  objects.forEach((object, index) => {
    table += `${String(file.length).padStart(10, '0')} 00000 n \n`;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
  });
  return `${file}${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${file.length}\n%%EOF\n`;
}

/** Accents go, other scripts become question marks: the built-in fonts know no more without an embedded one. */
function escapeText(line: string): string {
  const ascii = line
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .replace(/[^ -~]/gu, '?');
  return ascii.replace(/[\\()]/g, (character) => `\\${character}`);
}
