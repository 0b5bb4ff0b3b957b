/** The multiple of `divisor` nearest to a value, at least one and never below 90 % of it. Source: OpenELM `make_divisible`, from MobileNet. */
function makeDivisible(value: number, divisor: number): number {
  const near = Math.max(divisor, Math.floor(Math.trunc(value + divisor / 2) / divisor) * divisor);
  return near < 0.9 * value ? near + divisor : near;
}

/** Python's `round(x, 2)`: the nearest by the exact value; an exact tie (an odd multiple of 1/8) goes to the even digit. */
function roundedToHundredths(value: number): number {
  const isTie = Number.isInteger(value * 8) && !Number.isInteger(value * 4);
  if (!isTie) return Number(value.toFixed(2));
  const below = Math.floor(value * 100);
  return (below % 2 === 0 ? below : below + 1) / 100;
}

/** One number for all layers, two between which layers are spread evenly (numpy.linspace, rounded to hundredths), or one a layer. */
function multipliersOf(given: number | readonly number[], layers: number): readonly number[] {
  if (typeof given === 'number') return Array<number>(layers).fill(given);
  if (given.length !== 2) return given;
  const [first, last] = given as [number, number];
  const step = (last - first) / (layers - 1);
  return Array.from({ length: layers }, (_, i) =>
    roundedToHundredths(i > 0 && i === layers - 1 ? last : i === 0 ? first : i * step + first),
  );
}

export interface OpenElmSettings {
  readonly hidden: number;
  readonly headDim: number;
  readonly layers: number;
  /** Query heads a key/value head. */
  readonly queriesPerGroup: number;
  readonly divisor: number;
  readonly attention: number | readonly number[];
  readonly feedForward: number | readonly number[];
}

export interface LayerSizes {
  readonly heads: number;
  readonly groups: number;
  readonly intermediate: number;
}

/** Heads and feed-forward widths of every OpenELM layer, from its multipliers. Source: `OpenELMConfig.__post_init__`. */
export function openElmLayers(settings: OpenElmSettings): LayerSizes[] {
  const { hidden, headDim, layers, queriesPerGroup, divisor, attention, feedForward } = settings;
  const widths = multipliersOf(feedForward, layers);
  return multipliersOf(attention, layers).map((multiplier, i) => {
    const heads = makeDivisible(hidden * multiplier, headDim * queriesPerGroup) / headDim;
    return {
      heads,
      groups: Math.floor(heads / queriesPerGroup),
      intermediate: makeDivisible(widths[i]! * hidden, divisor),
    };
  });
}
