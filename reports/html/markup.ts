import { visibleText } from '../visible-text.ts';

/** HTML that is safe to write as it stands. Only `html` and `raw` make it. */
export class Markup {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

type Part = Markup | string | number | undefined | false | readonly Part[];

/** A template whose every value is escaped unless it is Markup itself, so that forgetting to escape is impossible. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const source = strings.map((text, at) => text + (at < parts.length ? sourceOf(parts[at]) : ''));
  return new Markup(source.join(''));
}

/** Text of our own that is HTML already: a style sheet, a drawn path. Never text from a contract or a server. */
export function raw(source: string): Markup {
  return new Markup(source);
}

function sourceOf(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Markup) return part.source;
  if (typeof part === 'number') return String(part);
  return typeof part === 'string' ? escape(part) : part.map(sourceOf).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return visibleText(text).replaceAll(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
}
