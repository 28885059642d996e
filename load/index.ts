export { chooseLoads, withOverrides, type ChosenLoad, type LoadChoice, type LoadOverrides } from './choose-loads.ts';
export { GateSyntaxError, parseGate, type Comparison, type Gate, type GateMetric } from './gate.ts';
export type { LoadProgress } from './progress.ts';
export { runLoad, type LoadOptions } from './run-load.ts';
export { defaultSlo, readSlo, readSlos, type Profile, type Slo, type SloGate } from './slo.ts';
