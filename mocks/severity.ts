import { DiagnosticSeverity } from '@stoplight/types';

/** How bad Prism says that something is: the same numbers as in its own diagnostics. */
export const { Error: ERROR, Warning: WARNING, Information: INFORMATION } = DiagnosticSeverity;
