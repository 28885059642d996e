/** What a line of Prism's own log says. */
export function engineText(line: Buffer): string {
  const text = line.toString('utf8');
  try {
    const { name, msg } = JSON.parse(text) as { name?: string; msg?: string };
    return `${name ?? 'PRISM'}  ${msg ?? ''}`;
  } catch {
    return text.trimEnd();
  }
}
