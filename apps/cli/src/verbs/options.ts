import { Option } from 'commander';

/** Gathers the values of an option that may be given again. */
export const collect = (value: string, all: readonly string[] = []): readonly string[] => [...all, value];

/** With interactions or without. */
export const modelOption = (description: string): Option =>
  new Option('--model <model>', description).choices(['main', 'two_way']).default('main');

/** Aliased axes under one name. */
export const jointOption = (): Option =>
  new Option('--joint <axes>', 'axes to analyse as one, by commas; may be given again').argParser(collect);
