import type { Diagnostic } from './violation.ts';

// `DiagnosticSeverity` of @stoplight/types, a package that is Prism's and not ours.
export const ERROR = 0 as Diagnostic['severity'];
export const WARNING = 1 as Diagnostic['severity'];
export const INFORMATION = 2 as Diagnostic['severity'];
