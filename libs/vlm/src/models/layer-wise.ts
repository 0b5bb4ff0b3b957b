import { requireThat, type ConfigSource } from './config-source.js';

/** The multiple of `divisor` nearest to a value, at least one and never below 90 % of it. Source: OpenELM `make_divisible`, from MobileNet. */
export function makeDivisible(value: number, divisor: number): number {
  const near = Math.max(divisor, Math.floor(Math.trunc(value + divisor / 2) / divisor) * divisor);
  return near < 0.9 * value ? near + divisor : near;
}

/** Python's `round(x, 2)`: the nearest by the exact value; an exact tie (a multiple of 1/8) goes to the even digit. */
function roundedToHundredths(value: number): number {
  const isTie = Number.isInteger(value * 8) && !Number.isInteger(value * 4);
  if (!isTie) return Number(value.toFixed(2));
  const below = Math.floor(value * 100);
  return (below % 2 === 0 ? below : below + 1) / 100;
}

/**
 * Multipliers of every layer: one number for all, or two between which layers are spread evenly and rounded to hundredths; with
 * `isList` also one a layer. Source: OpenELM `OpenELMConfig.__post_init__` (numpy.linspace).
 */
export function layerWise(
  source: ConfigSource,
  key: string,
  fallback: number,
  layers: number,
  isList: boolean,
): readonly number[] {
  const value: unknown = source.json[key] ?? fallback;
  if (typeof value === 'number') return Array<number>(layers).fill(value);
  const given = (Array.isArray(value) ? value : []) as unknown[];
  const numbers = given.filter((item): item is number => typeof item === 'number');
  const fits = numbers.length === given.length && (given.length === 2 || (isList && given.length === layers));
  requireThat(source, key, fits, `a number, or a list of two${isList ? ` or ${layers}` : ''} numbers`);
  if (numbers.length !== 2) return numbers;
  const [first, last] = numbers as [number, number];
  const step = (last - first) / (layers - 1);
  return Array.from({ length: layers }, (_, i) =>
    roundedToHundredths(i > 0 && i === layers - 1 ? last : i === 0 ? first : i * step + first),
  );
}
