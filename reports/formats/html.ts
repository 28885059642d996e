import type { Format } from '../format.ts';
import { page } from '../html/page.ts';

/**
 * One file that needs nothing else: no network, no font, no library. Its policy forbids everything but its own style and
 * script, so text from a contract could do nothing even where it were not escaped.
 */
export const html: Format = {
  id: 'html',
  summary: 'one self-contained page, for people',
  extension: 'html',
  showsLines: true,
  render: (report) => page(report).source,
};
