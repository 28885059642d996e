import type { Command } from '../command.ts';
import { check } from './check.ts';
import { diff } from './diff.ts';
import { init } from './init.ts';
import { list } from './list.ts';
import { load } from './load.ts';
import { mock } from './mock.ts';
import { proxy } from './proxy.ts';
import { report } from './report.ts';
import { run } from './run.ts';
import { verify } from './verify.ts';

/** Every verb, in the order in which the help prints them: the order of the work. */
export const commands: readonly Command[] = [init, check, diff, mock, proxy, verify, load, report, run, list];
