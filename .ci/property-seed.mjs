// Properties are tested with the same values in every run, so that a failure is a change's own; FC_SEED looks elsewhere.
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 20261122) });
