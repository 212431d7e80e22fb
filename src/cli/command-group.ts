/** A group of commands. Each group has a file of its own, and `program.ts` lists the groups. */
import type { Command } from 'commander';
import type { Config } from '../config/shape.ts';

/** Reads the configuration: `file`, or the one that the server would read. Throws with every fault. */
export type ReadConfig = (file?: string) => Config;

export type AddCommands = (program: Command, readConfig: ReadConfig) => void;
