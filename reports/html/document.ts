import { html, raw, type Markup } from './markup.ts';
import { STYLE } from './style.ts';

/** A whole page that loads nothing, whatever is in it. */
export interface HtmlDocument {
  readonly title: string;
  readonly tool: { readonly name: string; readonly version: string };
  /** Where the link for keyboards leads: the id of an element, and what it is called. */
  readonly skip: { readonly to: string; readonly label: string };
  /** Rules beside the common ones. */
  readonly style?: string;
  /** What the policy says beside forbidding all: which script may run. */
  readonly policy?: string;
  readonly body: readonly Markup[];
}

/** One self-contained page; its policy forbids everything but its own style and what `policy` adds. */
export function htmlDocument({ title, tool, skip, style = '', policy = '', body }: HtmlDocument): Markup {
  const whole = `default-src 'none'; style-src 'unsafe-inline'; img-src data:; ${policy}base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${raw(whole)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <meta name="generator" content="${tool.name} ${tool.version}" />
        <link rel="icon" href="data:," />
        <title>${title}</title>
        ${raw(`<style>${STYLE}${style}</style>`)}
      </head>
      <body>
        <a class="hush skip" href="#${skip.to}">Skip to ${skip.label}</a>
        ${body}
      </body>
    </html> `;
}
