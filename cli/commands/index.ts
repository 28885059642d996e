import type { Command } from '../command.ts';
import { list } from './list.ts';
import { mock } from './mock.ts';

/** Every verb, in the order in which the help prints them: the order of the work. */
export const commands: readonly Command[] = [mock, list];
